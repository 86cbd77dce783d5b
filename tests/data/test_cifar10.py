"""CIFAR-10 in each of its formats, written here byte by byte; its pickles are read and never loaded."""

import io
import pickle
import struct

import numpy as np
import pytest
from PIL import Image

import standout
from standout.errors import InputError
from tests.data.published import cut, is_refused, load, tar

RNG = np.random.default_rng(0)
PICTURES = RNG.integers(0, 256, (40, 32, 32, 3), dtype=np.uint8)
KINDS = np.arange(40) % 10
CIFAR = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


def batches(number=2):
    """{name: (images, labels)} of `number` training batches and the test batch."""
    names = [*(f"data_batch_{i + 1}" for i in range(number)), "test_batch"]
    return {
        n: (x, y) for n, x, y in zip(names, np.array_split(PICTURES, len(names)), np.array_split(KINDS, len(names)))
    }


def planes(x):
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2).reshape(len(x), -1))


def python_batch(x, y, protocol=2, keys=bytes) -> bytes:
    content = {"batch_label": "a batch", "labels": y.tolist(), "data": planes(x), "filenames": [f"{i}.png" for i in y]}
    if keys is bytes:
        content = {k.encode(): v for k, v in content.items()}
    return pickle.dumps(content, protocol=protocol)


def python_2_batch(x, y) -> bytes:
    """A batch as Python 2 wrote the published ones: protocol 2, strings of bytes, numpy.core."""
    text = lambda raw: b"U" + bytes([len(raw)]) + raw  # noqa: E731
    long = lambda raw: b"T" + struct.pack("<i", len(raw)) + raw  # noqa: E731
    small = lambda n: b"K" + bytes([n]) if n < 256 else b"M" + struct.pack("<H", n)  # noqa: E731
    kind = b"cnumpy\ndtype\nq\x05" + text(b"u1") + small(0) + small(1) + b"\x87Rq\x06(" + small(3) + text(b"|")
    kind += b"NNN" + b"J\xff\xff\xff\xff" * 2 + small(0) + b"tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\nq\x02cnumpy\nndarray\nq\x03" + small(0) + b"\x85" + text(b"b")
    array += (
        b"\x87Rq\x04(" + small(1) + small(len(x)) + small(3072) + b"\x86" + kind + b"\x89" + long(planes(x).tobytes())
    )
    array += b"tb"
    labels = b"]q\x07(" + b"".join(small(int(v)) for v in y) + b"e"
    items = [text(b"batch_label"), text(b"training batch 1 of 5"), text(b"labels"), labels, text(b"data"), array]
    items += [text(b"filenames"), b"](" + b"".join(text(b"leptodactylus_%d.png" % v) for v in y) + b"e"]
    return b"\x80\x02}q\x01(" + b"".join(items) + b"u."


def cifar_is(d, x=PICTURES, y=KINDS):
    assert d.kind == "image"
    assert np.array_equal(d.x, x)
    assert [d.classes[v] for v in d.y] == [CIFAR[v] for v in y]
    assert f"cifar10: {len(x):,} records, and the published set has 60,000" in d.notes


def test_the_batch_of_python_2_is_one():
    x, y = batches()["test_batch"]
    real = pickle.loads(python_2_batch(x, y), encoding="bytes")
    assert np.array_equal(real[b"data"], planes(x))
    assert real[b"labels"] == y.tolist()


@pytest.mark.parametrize("write", [
    python_2_batch,
    *(lambda x, y, p=p, k=k: python_batch(x, y, p, k) for p in (2, 3, 4, 5) for k in (bytes, str)),
])  # fmt: skip
def test_python_batches(tmp_path, write):
    (tmp_path / "cifar-10-batches-py").mkdir()
    for name, (x, y) in batches().items():
        (tmp_path / "cifar-10-batches-py" / name).write_bytes(write(x, y))
    (tmp_path / "cifar-10-batches-py/batches.meta").write_bytes(b"never looked at")
    d = load("cifar10", tmp_path)
    cifar_is(d)
    assert "records of data_batch_1, data_batch_2, test_batch are joined" in d.notes


def test_python_archive(tmp_path):
    raw = {f"cifar-10-batches-py__{name}": python_2_batch(*pair) for name, pair in batches().items()}
    tar(tmp_path / "cifar-10-python.tar.gz", **raw)
    cifar_is(load("cifar10", tmp_path))
    cifar_is(load("cifar10", tmp_path / "cifar-10-python.tar.gz"))


def binary_batch(x, y) -> bytes:
    return np.concatenate([y[:, None].astype(np.uint8), planes(x)], axis=1).tobytes()


@pytest.mark.parametrize("how", ["archive", "folder"])
def test_binary_batches(tmp_path, how):
    raw = {f"{name}.bin": binary_batch(*pair) for name, pair in batches(5).items()}
    if how == "archive":
        tar(tmp_path / "cifar-10-binary.tar.gz", **{f"cifar-10-batches-bin__{name}": r for name, r in raw.items()})
    for name, r in raw.items() if how == "folder" else ():
        (tmp_path / name).write_bytes(r)
    cifar_is(load("cifar10", tmp_path))


def test_jpeg_and_lossless_copies(tmp_path):
    np.savez(tmp_path / "cifar10_lossless_3k.npz", X=PICTURES, y=KINDS.astype(np.uint8), is_test=KINDS > 5)
    cifar_is(load("cifar10", tmp_path))
    files, right = [], []
    for picture in PICTURES:
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "JPEG")
        files.append(file.getvalue())
        right.append(np.asarray(Image.open(io.BytesIO(files[-1]))))
    np.savez(
        tmp_path / "cifar10_jpeg.npz",
        blob=np.frombuffer(b"".join(files), dtype=np.uint8),
        labels=KINDS.astype(np.uint8),
        offsets=np.cumsum([0, *map(len, files)]),
    )
    d = load("cifar10", tmp_path)
    cifar_is(d, np.array(right))
    assert "images of cifar10_jpeg.npz are JPEG: not the exact pixels of CIFAR-10" in d.notes
    (tmp_path / "data_batch_1").write_bytes(python_batch(PICTURES, KINDS))
    cifar_is(load("cifar10", tmp_path))  # exact ones win


def packed(folder):
    tar(folder / "cifar-10-python.tar.gz", **{"cifar-10-batches-py__data_batch_1": python_batch(PICTURES, KINDS)})
    raw = (folder / "cifar-10-python.tar.gz").read_bytes()
    (folder / "cifar-10-python.tar.gz").write_bytes(raw[: len(raw) // 2])


class Payload:
    """Loading it would write a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def pickled(**content):
    return cut("data_batch_1", pickle.dumps(content, 2), 1)


def lossless(**arrays):
    return lambda folder: np.savez(folder / "cifar10_lossless_3k.npz", **arrays)


def jpegs(**arrays):
    return lambda folder: np.savez(folder / "cifar10_jpeg.npz", blob=np.zeros(90, np.uint8), labels=KINDS, **arrays)


DAMAGED = {
    "python batch cut": (cut("data_batch_1", python_batch(PICTURES, KINDS)), "data_batch_1"),
    "python batch of nothing": (cut("data_batch_1", b"", 1), "data_batch_1"),
    "binary batch cut": (
        cut("data_batch_1.bin", binary_batch(PICTURES, KINDS), 0.61),
        "no multiple of 3073",
    ),
    "archive cut": (packed, r"cifar-10-python\.tar\.gz cannot be read"),
    "archive of else": (lambda f: tar(f / "cifar-10-binary.tar.gz", a=b"b"), "looked for: data_batch_1.bin"),
    "label 11": (cut("data_batch_1", python_batch(PICTURES, KINDS + 2), 1), "labels are 2 to 11"),
    "other shape": (pickled(data=PICTURES[:, 0, :, 0], labels=[1] * 40), r"data \(40, 32\)"),
    "data missing": (pickled(labels=[1] * 40), "data and labels are missing"),
    "no dict": (cut("data_batch_1", pickle.dumps([1, 2], 2), 1), "no batch of CIFAR-10"),
    "labels of text": (pickled(data=planes(PICTURES), labels=["a"] * 40), "no batch of CIFAR-10"),
    "npz without X": (lossless(y=KINDS), "has no array 'X'"),
    "npz of grey": (lossless(X=PICTURES[..., 0], y=KINDS), "are not CIFAR-10"),
    "a jpeg is damaged": (jpegs(offsets=np.arange(41)), r"image 0 \(counted"),
    "places of jpegs": (jpegs(offsets=np.float64(3)), "no places in blob"),
}


@pytest.mark.parametrize(("write", "words"), DAMAGED.values(), ids=DAMAGED)
def test_damaged(tmp_path, write, words):
    write(tmp_path)
    is_refused("cifar10", tmp_path, words)


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("archived", [False, True])
def test_a_pickle_that_would_run_code_is_refused_and_runs_none(tmp_path, protocol, archived):
    trap = tmp_path / "ran"
    raw = pickle.dumps({"data": planes(PICTURES), "labels": KINDS.tolist(), "extra": Payload(trap)}, protocol)
    if archived:
        tar(tmp_path / "cifar-10-python.tar.gz", **{"cifar-10-batches-py__data_batch_1": raw})
    else:
        (tmp_path / "data_batch_1").write_bytes(raw)
    with pytest.raises(InputError, match="data_batch_1 is no file of plain numbers") as error:
        standout.load("cifar10", data=tmp_path)
    assert "refused" in str(error.value)
    assert not trap.exists()
    pickle.loads(raw)["extra"].close()
    assert trap.exists(), "the trap works"
