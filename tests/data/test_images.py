"""Folders of images as people have them: each right, or one clear line; and every liberty taken is told."""

import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

import standout
from standout.data import images
from standout.data.images import read_images
from standout.errors import InputError

RNG = np.random.default_rng(0)


def colours(i, height=6, width=5):
    return np.random.default_rng(i).integers(0, 256, (height, width, 3), dtype=np.uint8)


def greys(i, height=6, width=5):
    return colours(i, height, width)[..., 0]


def put(path, content, **options):
    """An image of these pixels, or a file of these bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        image = content if isinstance(content, Image.Image) else Image.fromarray(content)
        image.save(path, **options)


@pytest.fixture
def pets(tmp_path):
    """Eight pictures in colour, four cats and four dogs."""
    folder = tmp_path / "pets"
    for i in range(8):
        put(folder / ("cat", "dog")[i % 2] / f"{i}.png", colours(i))
    return folder


def test_plain(pets):
    d = standout.load(pets)
    assert d.ids.tolist() == [f"{c}/{i}.png" for c in ("cat", "dog") for i in range(c == "dog", 8, 2)]
    assert d.kind == "image"
    assert d.name == "pets"
    assert d.x.dtype == np.uint8
    assert np.array_equal(d.x, [colours(int(id[-5])) for id in d.ids])
    assert d.classes == ("cat", "dog")
    assert d.y.tolist() == [0] * 4 + [1] * 4
    assert d.notes == ()
    assert d.origin == (str(pets),)


def test_grey_where_all_are_grey_and_colour_where_one_is(pets, tmp_path):
    folder = tmp_path / "grey"
    for i in range(8):
        put(folder / "ab"[i % 2] / f"{i}.png", greys(i))
    d = read_images(folder)
    assert d.x.shape == (8, 6, 5)
    assert np.array_equal(d.x, [greys(int(id[-5])) for id in d.ids])
    assert d.notes == ()
    put(pets / "cat/8.png", greys(8))
    d = read_images(pets)
    assert np.array_equal(d.x[d.ids == "cat/8.png"][0], np.repeat(greys(8)[..., None], 3, axis=2))
    assert d.notes == ("1 grey images are turned into colour, as the others are",)


def modes():
    """(name, image to save, options, pixels that are right, words of the line)."""
    rgb, grey = colours(50), greys(50)
    alpha = np.full((6, 5, 1), 255, dtype=np.uint8)
    half = np.concatenate([rgb, np.where(np.arange(5)[None, :, None] < 2, 0, 255) * np.ones_like(alpha)], axis=2)
    white = np.where(np.arange(5)[None, :, None] < 2, 255, rgb)
    bits = grey > 127
    palette = Image.fromarray(np.arange(30, dtype=np.uint8).reshape(6, 5), "P")
    palette.putpalette(colours(51, 16, 16).ravel().tolist())
    looked_up = colours(51, 16, 16).reshape(256, 3)[np.arange(30).reshape(6, 5)]
    clear = np.where((np.arange(30).reshape(6, 5) == 7)[..., None], 255, looked_up)
    deep = RNG.integers(0, 65536, (6, 5)).astype(np.uint16)
    cmyk = Image.fromarray(rgb).convert("CMYK")
    three = lambda a: np.repeat(np.asarray(a, dtype=np.uint8)[..., None], 3, axis=2)  # noqa: E731
    return {
        "RGBA without transparency": ("a.png", Image.fromarray(np.concatenate([rgb, alpha], 2)), {}, rgb, "white"),
        "RGBA": ("a.png", Image.fromarray(half.astype(np.uint8)), {}, white, "1 images with transparency"),
        "1-bit": ("a.png", Image.fromarray(bits), {}, three(bits * 255), "grey"),
        "palette": ("a.png", palette, {}, looked_up, None),
        "palette in gif": ("a.gif", palette, {}, looked_up, None),
        "palette with a clear entry": ("a.png", palette, {"transparency": 7}, clear, "transparency"),
        "16-bit": ("a.png", Image.fromarray(deep), {}, three(deep >> 8), "16 bits are cut"),
        "16-bit tiff": ("a.tif", Image.fromarray(deep), {}, three(deep >> 8), "16 bits are cut"),
        "CMYK": ("a.tif", cmyk, {}, np.asarray(cmyk.convert("RGB")), None),
        "grey with alpha": ("a.png", Image.merge("LA", [Image.fromarray(grey), Image.new("L", (5, 6), 255)]), {},
                            three(grey), "transparency"),
        "ppm": ("a.ppm", Image.fromarray(rgb), {}, rgb, None),
        "bmp": ("a.BMP", Image.fromarray(rgb), {}, rgb, None),
        "webp": ("a.webp", Image.fromarray(rgb), {"lossless": True}, rgb, None),
        "ending of another format": ("a.jpg", Image.fromarray(rgb), {"format": "PNG"}, rgb, None),
    }  # fmt: skip


@pytest.mark.parametrize("name", modes())
def test_modes(pets, name):
    file, image, options, right, words = modes()[name]
    put(pets / "cat" / file, image, **options)
    d = read_images(pets)
    assert len(d) == 9
    assert np.array_equal(d.x[d.ids == f"cat/{file}"][0], right)
    assert words is None or any(words in note for note in d.notes)
    if words is None:
        assert d.notes == ()


def test_a_grey_palette_is_grey(tmp_path):
    for i in range(8):
        image = Image.fromarray(greys(i), "P")
        image.putpalette([v for v in range(256) for _ in "rgb"])
        put(tmp_path / "ab"[i % 2] / f"{i}.gif", image)
    assert read_images(tmp_path).x.shape == (8, 6, 5)


def test_the_size_of_most_is_taken_and_told(pets):
    put(pets / "cat/big.png", np.full((12, 20, 3), 77, dtype=np.uint8))
    put(pets / "dog/small.png", np.full((2, 2, 3), 99, dtype=np.uint8))
    d = read_images(pets)
    assert d.x.shape == (10, 6, 5, 3)
    assert (d.x[d.ids == "cat/big.png"] == 77).all()
    assert (d.x[d.ids == "dog/small.png"] == 99).all()
    assert d.notes == (
        "2 of 10 images are resized to 6 x 5 (height x width): the size of 8; there were 3 sizes, and proportions are "
        "not kept",
    )


def test_the_median_where_no_size_is_that_of_half(tmp_path):
    for i in range(9):
        put(tmp_path / "ab"[i % 2] / f"{i}.png", colours(i, 10 + i, 30 - i))
    d = read_images(tmp_path)
    assert d.x.shape == (9, 14, 26, 3)
    assert "8 of 9 images are resized to 14 x 26 (height x width): the median height and width" in d.notes[0]


def test_memory_is_bounded_and_told(pets, monkeypatch):
    monkeypatch.setattr(images, "MOST_BYTES", 8 * 3 * 4 * 4)
    d = read_images(pets)
    assert d.x.nbytes <= 8 * 3 * 4 * 4
    assert "8 of 8 images are resized to 4 x 3 (height x width): made smaller from 6 x 5" in d.notes[0]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_says_which_side_is_up(pets, orientation):
    upright = colours(60)
    turned = {  # what a camera stores so that the tag makes it upright
        1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1],
        5: upright.transpose(1, 0, 2), 6: np.rot90(upright), 7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }[orientation]  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    put(pets / "cat/photo.png", np.ascontiguousarray(turned), exif=exif)
    d = read_images(pets)
    assert np.array_equal(d.x[d.ids == "cat/photo.png"][0], upright)
    assert d.notes == (() if orientation == 1 else ("1 images are turned upright, as their EXIF says",))


def test_several_frames(pets):
    frames = [Image.fromarray(colours(i)).quantize(30) for i in (70, 71, 72)]
    put(pets / "cat/film.gif", frames[0], save_all=True, append_images=frames[1:])
    d = read_images(pets)
    assert np.array_equal(d.x[d.ids == "cat/film.gif"][0], np.asarray(frames[0].convert("RGB")))
    assert d.notes == ("1 images hold several frames or pages: the first is taken",)


def test_stray_files_and_hidden_folders_are_counted(pets):
    for name in ("Thumbs.db", "cat/Thumbs.db", "cat/.DS_Store", ".git/objects/a.png", "notes.txt", "dog/list.TXT"):
        put(pets / name, b"x")
    put(pets / "__MACOSX/cat/._1.png", b"x")
    d = read_images(pets)
    assert len(d) == 8
    (line,) = d.notes
    assert line.startswith("left out: 7 files or folders that are hidden or no images (")
    for part in (".db 2", ".txt 2", ".DS_Store 1", ".git 1", "__MACOSX 1"):
        assert part in line


def test_images_beside_the_class_folders_are_left_out_and_told(pets):
    put(pets / "logo.png", colours(9))
    d = read_images(pets)
    assert len(d) == 8
    assert d.notes == ("left out: 1 images in no class folder, such as 'logo.png'",)


def test_nested_folders_belong_to_the_first_level(pets):
    put(pets / "cat/siamese/old/1.PNG", colours(80))
    put(pets / "cat/siamese/2.JpEg", colours(81))
    d = read_images(pets)
    assert d.y[np.isin(d.ids, ["cat/siamese/old/1.PNG", "cat/siamese/2.JpEg"])].tolist() == [0, 0]
    assert d.classes == ("cat", "dog")
    assert d.notes == ("2 images in folders below a class folder are of that class, such as 'cat/siamese/2.JpEg'",)


def test_an_empty_class_folder_is_told(pets):
    (pets / "owl").mkdir()
    put(pets / "emu/readme.md", b"soon")
    d = read_images(pets)
    assert d.classes == ("cat", "dog")
    assert d.notes[0] == "no image in class folder emu, owl: no class"


@pytest.mark.parametrize("names", [("train", "test"), ("Training", "VAL", "testing"), ("train",)])
def test_splits_are_joined(tmp_path, names):
    for i in range(12):
        put(tmp_path / names[i % len(names)] / ("cat", "dog")[i // 3 % 2] / f"{i}.png", colours(i))
    d = read_images(tmp_path)
    assert d.classes == ("cat", "dog")
    assert len(d) == 12
    assert all(d.classes[y] == id.split("/")[1] for y, id in zip(d.y, d.ids))
    (line,) = d.notes
    assert line.startswith("folders ")
    assert line.endswith(" are joined; classes are those below")
    assert all(f"{name} ({12 // len(names)})" in line for name in names)


def test_a_split_without_classes_is_left_out_and_told(tmp_path):
    for i in range(10):
        put(tmp_path / "train" / "ab"[i % 2] / f"{i}.png", colours(i))
    put(tmp_path / "test/77.png", colours(77))
    d = read_images(tmp_path)
    assert len(d) == 10
    assert "left out: 1 images in no class folder, such as 'test/77.png'" in d.notes


def test_classes_called_train_and_car_are_classes(tmp_path):
    for i in range(8):
        put(tmp_path / ("train", "car")[i % 2] / f"{i}.png", colours(i))
    assert read_images(tmp_path).classes == ("car", "train")


def test_byte_equal_copies_are_told_and_stay(pets):
    raw = (pets / "cat/0.png").read_bytes()
    put(pets / "cat/copy.png", raw)
    put(pets / "dog/same.png", raw)
    d = read_images(pets)
    assert len(d) == 10
    assert d.notes == (
        "2 images are byte-equal copies of others, 1 of them under another class, such as 'cat/copy.png' "
        "of 'cat/0.png'; they stay",
    )


def damaged(kind) -> bytes:
    """Bytes of a file that is no image any more."""
    whole = (RNG.integers(0, 256, 9000, dtype=np.uint8)).tobytes()
    if kind == "cut":
        import io

        file = io.BytesIO()
        Image.fromarray(colours(5, 60, 50)).save(file, "PNG")
        return file.getvalue()[:-3000]
    return {"empty": b"", "noise": whole, "text": b"not an image\n", "head alone": b"\x89PNG\r\n\x1a\n"}[kind]


@pytest.mark.parametrize("kind", ["cut", "empty", "noise", "text", "head alone"])
def test_images_that_cannot_be_read_are_left_out_and_named(pets, kind):
    put(pets / "dog/bad.png", damaged(kind))
    d = read_images(pets)
    assert len(d) == 8
    assert "dog/bad.png" not in d.ids
    assert d.classes == ("cat", "dog")
    assert d.notes[-1].startswith("left out: 1 images that cannot be read, such as 'dog/bad.png' (")


def test_where_none_can_be_read(tmp_path):
    for i in range(8):
        put(tmp_path / "ab"[i % 2] / f"{i}.png", b"broken")
    with pytest.raises(InputError, match=r"none of the 8 images .* can be read; a/0\.png") as error:
        read_images(tmp_path)
    assert "\n" not in str(error.value)


def bomb(path, side):
    """A PNG of a few hundred bytes whose header promises side x side pixels."""
    part = lambda kind, raw: (  # noqa: E731
        struct.pack(">I", len(raw)) + kind + raw + struct.pack(">I", zlib.crc32(kind + raw))
    )
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    raw = part(b"IHDR", head) + part(b"IDAT", zlib.compress(bytes(100))) + part(b"IEND", b"")
    put(path, b"\x89PNG\r\n\x1a\n" + raw)


@pytest.mark.parametrize("side", [9_000, 12_000, 40_000])
def test_a_decompression_bomb_is_refused(pets, side, recwarn):
    bomb(pets / "cat/bomb.png", side)
    with pytest.raises(InputError, match=r"cat/bomb\.png") as error:
        read_images(pets)
    assert "\n" not in str(error.value)
    assert "smaller" in str(error.value)
    assert not recwarn.list


def test_links_that_lead_back_end(pets):
    os.symlink(pets, pets / "cat/up")
    os.symlink(pets / "dog", pets / "dog/self")
    os.symlink(pets / "dog/1.png", pets / "dog/link.png")
    os.symlink(pets / "gone.png", pets / "dog/broken.png")
    d = read_images(pets)
    assert len(d) == 9
    assert "left out: 2 links that lead back to a folder above, such as 'cat/up'" in d.notes
    assert any("byte-equal" in note and "'dog/link.png' of 'dog/1.png'" in note for note in d.notes)


def test_a_pipe_does_not_hang(pets):
    os.mkfifo(pets / "cat/pipe.png")
    assert len(read_images(pets)) == 8


def test_the_same_folder_gives_the_same_bytes_wherever_it_lies(pets, tmp_path, monkeypatch):
    (tmp_path / "else").mkdir()
    moved = tmp_path / "else/pets"
    for path in sorted(pets.rglob("*.png"), reverse=True):  # made in another order
        put(moved / path.relative_to(pets), path.read_bytes())
    assert read_images(moved).digest() == read_images(pets).digest()
    monkeypatch.chdir(pets)
    assert standout.load(".").name == "pets"


def flat(folder):
    for i in range(8):
        put(folder / f"{i}.png", colours(i))


def one_class(folder):
    for i in range(8):
        put(folder / "cats" / f"{i}.png", colours(i))


def wrapped(folder):
    for i in range(8):
        put(folder / "Pets" / "ab"[i % 2] / f"{i}.png", colours(i))


def splits_without_classes(folder):
    for i in range(8):
        put(folder / ("train", "test")[i % 2] / f"{i}.png", colours(i))


def splits_of_other_classes(folder):
    for i in range(8):
        put(folder / ("train/cat", "test/dog")[i % 2] / f"{i}.png", colours(i))


def table(folder):
    put(folder / "a.csv", b"x,y\n1,2\n")


def long_floats(folder):
    for i in range(8):
        put(folder / "ab"[i % 2] / f"{i}.tif", greys(i).astype(np.float32))


REFUSED = {
    flat: "holds 8 images such as '0.png' and no sub-folder of images; put those of each class",
    one_class: "in one folder, 'cats': one class$",
    wrapped: r"in one folder, 'Pets': one class; for its sub-folders as classes give '.*/Pets'",
    splits_without_classes: "test, train in .* hold images in no class folder",
    splits_of_other_classes: r"test, train in .* share no class folder \(test: dog; train: cat\)",
    table: r"no image in folder .* \(\.csv 1\); give",
    lambda folder: None: r"no image in folder .* \(it is empty\)",
    long_floats: r"a/0\.tif has 32 bits a pixel; save such images as x and y of an \.npz",
}


@pytest.mark.parametrize(("make", "words"), REFUSED.items(), ids=lambda v: getattr(v, "__name__", ""))
def test_refused(tmp_path, make, words):
    make(tmp_path)
    with pytest.raises(InputError, match=words) as error:
        read_images(tmp_path)
    assert "\n" not in str(error.value)
