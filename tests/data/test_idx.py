"""Fashion-MNIST and MNIST from idx files, written here byte by byte."""

import gzip
import struct

import numpy as np
import pytest

import standout
from tests.data.published import cut, is_refused, load
from tests.data.shared import SHARED, needs_shared

GREYS = np.random.default_rng(0).integers(0, 256, (40, 28, 28), dtype=np.uint8)
KINDS = np.arange(40) % 10


def idx(array) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


def put_idx(folder, packed=True, dot="-", test=True):
    folder.mkdir(parents=True, exist_ok=True)
    cut = 30 if test else 40
    for part, rows in (("train", slice(0, cut)), ("t10k", slice(cut, 40))):
        for what, array in (("images", GREYS[rows]), ("labels", KINDS[rows])):
            if rows.start < 40:
                raw = idx(array)
                name = f"{part}-{what}{dot}idx{array.ndim}-ubyte" + (".gz" if packed else "")
                (folder / name).write_bytes(gzip.compress(raw) if packed else raw)


@pytest.mark.parametrize("name", ["fashion-mnist", "mnist"])
@pytest.mark.parametrize(("packed", "dot", "below", "test"), [
    (True, "-", "", True), (False, "-", "MNIST/raw", True), (False, ".", "x", True), (True, "-", "", False),
])  # fmt: skip
def test_idx(tmp_path, name, packed, dot, below, test):
    put_idx(tmp_path / below, packed, dot, test)
    d = load(name, tmp_path)
    assert np.array_equal(d.x, GREYS)
    assert d.x.dtype == np.uint8
    names = [str(i) for i in range(10)] if name == "mnist" else [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ]  # fmt: skip
    assert [d.classes[y] for y in d.y] == [names[k] for k in KINDS]
    assert ("training and test records are joined: 30 + 10" in d.notes) == test


def test_two_data_sets_of_the_same_file_names(tmp_path):
    put_idx(tmp_path / "a/fashion_mnist")
    put_idx(tmp_path / "b")
    (tmp_path / "b/train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(255 - GREYS[:30])))
    assert np.array_equal(standout.load("fashion-mnist", data=tmp_path).x[:30], GREYS[:30])
    assert np.array_equal(standout.load("mnist", data=tmp_path).x[:30], 255 - GREYS[:30])


def beside(name, raw):
    """Good idx files, and this one in place of one of them; None: that one is missing."""

    def write(folder):
        put_idx(folder, packed=False)
        (folder / name).unlink()
        if raw is not None:
            (folder / name).write_bytes(raw)

    return write


PICTURE_CUT = cut("train-images-idx3-ubyte", idx(GREYS))
LABELS_OF_TEST = "t10k-labels-idx1-ubyte"
DAMAGED = {
    "idx cut": (lambda f: (put_idx(f, packed=False), PICTURE_CUT(f)), "its header says"),
    "idx empty": (beside(LABELS_OF_TEST, b""), "is no idx file"),
    "idx header cut": (beside(LABELS_OF_TEST, b"\0\0\x08\x03\0"), "damaged"),
    "idx swapped": (beside(LABELS_OF_TEST, idx(GREYS)), "do not fit together"),
    "idx labels missing": (beside(LABELS_OF_TEST, None), "looked for: t10k-labels"),
    "idx of other labels": (beside(LABELS_OF_TEST, idx(KINDS[:10] + 3)), "a label is 12"),
    "gz damaged": (lambda f: [p.write_bytes(b"no") for p in (put_idx(f), *f.iterdir())[1:]], "cannot be read"),
}


@pytest.mark.parametrize(("write", "words"), DAMAGED.values(), ids=DAMAGED)
def test_damaged(tmp_path, write, words):
    write(tmp_path)
    is_refused("mnist", tmp_path, words)


@needs_shared
def test_mnist_is_not_fashion_mnist():
    notes = standout.load("mnist", data=SHARED / "fashion_mnist").notes
    assert any("other counts than published" in note for note in notes)
