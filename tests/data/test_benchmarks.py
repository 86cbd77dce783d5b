"""Published data sets: each loader on a small file in its format, written here byte by byte, and on the real files."""

import gzip
import io
import pickle
import struct
import tarfile

import numpy as np
import pytest
from PIL import Image

import standout
from standout.data.benchmarks import BENCHMARKS, FILES
from standout.data.source import load_again
from standout.errors import InputError
from tests.data.shared import SHARED, needs_shared

RNG = np.random.default_rng(0)
BITS = RNG.integers(0, 2, (40, 19), dtype=np.uint8)
LABELS = np.arange(40) % 4 + 1
PICTURES = RNG.integers(0, 256, (40, 32, 32, 3), dtype=np.uint8)
KINDS = np.arange(40) % 10
GREYS = RNG.integers(0, 256, (40, 28, 28), dtype=np.uint8)
CIFAR = "airplane automobile bird cat deer dog frog horse ship truck".split()  # noqa: SIM905


def lines(*columns) -> bytes:
    table = np.column_stack(columns)
    return "".join(",".join(map(str, row)) + "\n" for row in table.tolist()).encode()


def tar(path, **files):
    """A packed tar archive of these files; __ in a name stands for /."""
    with tarfile.open(path, "w:gz") as archive:
        for name, raw in files.items():
            info = tarfile.TarInfo(name.replace("__", "/"))
            info.size = len(raw)
            archive.addfile(info, io.BytesIO(raw))


def load(name, folder):
    d = standout.load(name, data=folder)
    assert d.name == name
    assert d.origin == (name, "--data", str(folder))
    again = load_again(d.origin)
    assert again.digest() == d.digest()
    assert again.origin == d.origin
    return d


def table_is(d, classes, labels=LABELS):
    assert np.array_equal(d.x, BITS)
    assert d.x.dtype == np.uint8
    assert d.kind == "tabular"
    assert [d.classes[y] for y in d.y] == [str(label) for label in labels]
    assert f"{d.name}: 40 records, and the published set has" in " ".join(d.notes)


# tables of zeros and ones


@pytest.mark.parametrize("name", ["location30", "retail100"])
def test_packed_bits(tmp_path, name):
    np.savez(tmp_path / f"{name}.npz", X_bits=np.packbits(BITS, axis=1), n_features=BITS.shape[1], y=LABELS - 1)
    table_is(load(name, tmp_path), 4, LABELS - 1)


LABEL_FIRST = {
    "purchase100": ("dataset_purchase.tgz", "dataset_purchase"),
    "location30": ("dataset_location.tgz", "bangkok"),
}


@pytest.mark.parametrize("how", ["archive", "file", "sub-folder", "folder of its name", "quoted", "one file given"])
@pytest.mark.parametrize("name", LABEL_FIRST)
def test_label_first(tmp_path, name, how):
    archive, member = LABEL_FIRST[name]
    raw = lines(LABELS, BITS)
    place = tmp_path
    if how == "archive":
        tar(tmp_path / archive, **{member: raw})
    elif how == "quoted":
        (tmp_path / member).write_bytes(b"\n".join(b'"' + r.replace(b",", b'","') + b'"' for r in raw.split()))
    elif how in ("sub-folder", "folder of its name"):
        inner = tmp_path / ("a/b" if how == "sub-folder" else member)
        inner.mkdir(parents=True)
        (inner / member).write_bytes(raw)
    else:
        (tmp_path / member).write_bytes(raw)
        place = tmp_path / member if how == "one file given" else place
    table_is(load(name, place), 4)


@pytest.mark.parametrize("name", ["purchase100", "texas100"])
def test_copies_with_features_and_one_hot_labels(tmp_path, name):
    np.savez(tmp_path / f"{name}.npz", features=BITS, labels=np.eye(4)[LABELS - 1])
    d = load(name, tmp_path)
    table_is(d, 4, LABELS - 1)
    assert any("one-hot" in note for note in d.notes)


@pytest.mark.parametrize("how", ["archive", "folder", "flat"])
def test_texas100(tmp_path, how):
    feats, labels = lines(BITS), lines(LABELS)
    if how == "archive":
        tar(
            tmp_path / "dataset_texas.tgz",
            texas__100__feats=feats,
            texas__100__labels=labels,
            texas__100__feats_desc=b"a",
        )
    else:
        place = tmp_path / ("texas/100" if how == "folder" else "100")
        place.mkdir(parents=True)
        (place / "feats").write_bytes(feats)
        (place / "labels").write_bytes(labels)
    table_is(load("texas100", tmp_path), 4)


# CIFAR-10


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


# idx


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


# tables with names


def test_letter(tmp_path):
    x, y = RNG.integers(0, 16, (40, 16)), np.arange(40) % 26
    letters = [chr(65 + v) for v in y]
    np.savez(tmp_path / "letter.npz", X=x.astype(np.uint8), y=y.astype(np.uint8), feature_names=np.array(["a"] * 16))
    d = load("letter", tmp_path)
    assert np.array_equal(d.x.to_numpy(), x)
    assert [d.classes[v] for v in d.y] == letters
    (tmp_path / "letter.npz").unlink()
    (tmp_path / "letter-recognition.data").write_bytes(lines(letters, x))
    text = load("letter", tmp_path)
    assert text.x.equals(d.x)
    assert text.y.tolist() == d.y.tolist()


ADULTS = [
    "39, State-gov, 77516, Bachelors, 13, Never-married, Adm-clerical, Not-in-family, White, Male, 2174, 0, 40, ?, ",
    "50, ?, 83311, HS-grad, 9, Divorced, Sales, Husband, White, Female, 0, 0, 13, United-States, ",
]
NAMES = (
    "age,workclass,fnlwgt,education,education_num,marital_status,occupation,relationship,race,sex,capital_gain,"
    "capital_loss,hours_per_week,native_country,income,split"
)


def adult_is(d):
    assert len(d) == 12
    assert list(d.x.columns) == NAMES.split(",")[:14]
    assert d.classes == ("<=50K", ">50K")
    assert d.y.tolist() == [0, 1] * 6
    assert d.x["age"].tolist() == [39, 50] * 6
    assert d.x["workclass"].isna().tolist() == [False, True] * 6
    assert d.x["native_country"].isna().tolist() == [True, False] * 6
    assert d.x["occupation"].tolist() == ["Adm-clerical", "Sales"] * 6


def test_adult_with_names(tmp_path):
    rows = [
        ADULTS[i % 2].replace(", ", ",") + f"{('<=', '>')[i % 2]}50K,{'train' if i < 8 else 'test'}" for i in range(12)
    ]
    (tmp_path / "adult.csv.gz").write_bytes(gzip.compress("\n".join([NAMES, *rows]).encode()))
    d = load("adult", tmp_path)
    adult_is(d)
    assert any("split" in note for note in d.notes)


def test_adult_of_uci(tmp_path):
    rows = [ADULTS[i % 2] + ("<=50K", ">50K")[i % 2] for i in range(12)]
    (tmp_path / "adult.data").write_text("\n".join(rows[:8]) + "\n\n")
    (tmp_path / "adult.test").write_text("|1x3 Cross validator\n" + ".\n".join(rows[8:]) + ".\n")
    d = load("adult", tmp_path)
    adult_is(d)
    assert "records of adult.data (8) and adult.test (4)" in d.notes


def test_thyroid(tmp_path):
    rows = [f"{20 + i},{'FM'[i % 2]},?,{'negative' if i % 2 else 'sick'}" for i in range(12)]
    (tmp_path / "thyroid.csv").write_text("age,sex,tbg,class\n" + "\n".join(rows) + "\n")
    d = load("thyroid", tmp_path)
    assert d.classes == ("negative", "sick")
    assert d.x["age"].tolist() == list(range(20, 32))


# what is missing or damaged


@pytest.mark.parametrize("name", BENCHMARKS)
def test_without_files(tmp_path, name):
    for data, words in ((None, "needs --data DIR"), (tmp_path / "none", "no folder"), (tmp_path, "no file of")):
        with pytest.raises(InputError, match=words) as error:
            standout.load(name, data=data)
        assert "\n" not in str(error.value)
        assert FILES[name][0] in str(error.value)
        assert name in str(error.value)


def cut(name, raw, keep=0.6):
    def write(folder):
        (folder / name).write_bytes(raw[: int(len(raw) * keep)])

    return write


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


def bits(**arrays):
    return lambda folder: np.savez(folder / "location30.npz", X_bits=BITS, **arrays)


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
    "python batch cut": ("cifar10", cut("data_batch_1", python_batch(PICTURES, KINDS)), "data_batch_1"),
    "python batch of nothing": ("cifar10", cut("data_batch_1", b"", 1), "data_batch_1"),
    "binary batch cut": (
        "cifar10",
        cut("data_batch_1.bin", binary_batch(PICTURES, KINDS), 0.61),
        "no multiple of 3073",
    ),
    "archive cut": ("cifar10", packed, r"cifar-10-python\.tar\.gz cannot be read"),
    "archive of else": ("cifar10", lambda f: tar(f / "cifar-10-binary.tar.gz", a=b"b"), "looked for: data_batch_1.bin"),
    "label 11": ("cifar10", cut("data_batch_1", python_batch(PICTURES, KINDS + 2), 1), "labels are 2 to 11"),
    "other shape": ("cifar10", pickled(data=BITS, labels=[1] * 40), r"data \(40, 19\)"),
    "data missing": ("cifar10", pickled(labels=[1] * 40), "data and labels are missing"),
    "no dict": ("cifar10", cut("data_batch_1", pickle.dumps([1, 2], 2), 1), "no batch of CIFAR-10"),
    "labels of text": ("cifar10", pickled(data=planes(PICTURES), labels=["a"] * 40), "no batch of CIFAR-10"),
    "npz without X": ("cifar10", lossless(y=KINDS), "has no array 'X'"),
    "npz of grey": ("cifar10", lossless(X=GREYS, y=KINDS), "are not CIFAR-10"),
    "a jpeg is damaged": ("cifar10", jpegs(offsets=np.arange(41)), r"image 0 \(counted"),
    "places of jpegs": ("cifar10", jpegs(offsets=np.float64(3)), "no places in blob"),
    "idx cut": ("mnist", lambda f: (put_idx(f, packed=False), PICTURE_CUT(f)), "its header says"),
    "idx empty": ("mnist", beside(LABELS_OF_TEST, b""), "is no idx file"),
    "idx header cut": ("mnist", beside(LABELS_OF_TEST, b"\0\0\x08\x03\0"), "damaged"),
    "idx swapped": ("mnist", beside(LABELS_OF_TEST, idx(GREYS)), "do not fit together"),
    "idx labels missing": ("mnist", beside(LABELS_OF_TEST, None), "looked for: t10k-labels"),
    "idx of other labels": ("mnist", beside(LABELS_OF_TEST, idx(KINDS[:10] + 3)), "a label is 12"),
    "gz damaged": ("mnist", lambda f: [p.write_bytes(b"no") for p in (put_idx(f), *f.iterdir())[1:]], "cannot be read"),
    "text for numbers": ("purchase100", cut("dataset_purchase", b"a,b\nc,d\n", 1), "no table of whole numbers"),
    "ragged": ("purchase100", cut("dataset_purchase", b"1,0\n1,0,1\n", 1), "no table of whole numbers"),
    "decimals": ("purchase100", cut("dataset_purchase", b"1,0.5\n" * 9, 1), "no table of whole numbers"),
    "empty text": ("purchase100", cut("dataset_purchase", b"", 1), "no table of whole numbers"),
    "one column": ("purchase100", cut("dataset_purchase", b"1\n2\n" * 9, 1), "at least one column"),
    "texas halved": ("texas100", lambda f: tar(f / "dataset_texas.tgz", texas__100__feats=b"1,0\n"), "100/labels"),
    "letter of 3 measures": ("letter", cut("letter-recognition.data", b"A,1,2,3\n" * 9, 1), "3 measures"),
    "letter of words": ("letter", cut("letter-recognition.data", b"A,one\n" * 9, 1), "no table of a letter"),
    "adult of nothing": ("adult", cut("adult.csv", b"", 1), "adult.csv"),
    "bits without y": ("location30", bits(n_features=19), "has no array 'y'"),
    "bits of too many": ("location30", bits(n_features=999, y=KINDS), "does not hold n_features"),
    "bits of several": ("location30", bits(n_features=np.ones(3), y=KINDS), "does not hold n_features"),
}


@pytest.mark.parametrize(("name", "write", "words"), DAMAGED.values(), ids=DAMAGED)
def test_damaged(tmp_path, name, write, words):
    write(tmp_path)
    with pytest.raises(InputError, match=words) as error:
        standout.load(name, data=tmp_path)
    assert "\n" not in str(error.value)


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


# the real files


REAL = {  # from the table in ../shared/data/README.md
    "location30": ((5_010, 446), 30, (97, 308)),
    "retail100": ((41_548, 600), 100, (16, 2_371)),
    "cifar10": ((60_000, 32, 32, 3), 10, (6_000, 6_000)),
    "fashion-mnist": ((70_000, 28, 28), 10, (7_000, 7_000)),
    "letter": ((20_000, 16), 26, (734, 813)),
    "adult": ((48_842, 14), 2, (11_687, 37_155)),
    "thyroid": ((3_772, 29), 4, (2, 3_481)),
}


@needs_shared
@pytest.mark.parametrize("name", [pytest.param(n, marks=[pytest.mark.slow] * (n == "cifar10")) for n in REAL])
def test_real_files(name):
    shape, classes, counts = REAL[name]
    d = standout.load(name, data=SHARED)
    assert d.x.shape == shape
    assert len(d.classes) == classes
    found = np.bincount(d.y)
    assert (found.min(), found.max()) == counts
    assert not any("published" in note for note in d.notes)


@needs_shared
def test_mnist_is_not_fashion_mnist():
    notes = standout.load("mnist", data=SHARED / "fashion_mnist").notes
    assert any("other counts than published" in note for note in notes)


def test_every_loader_has_a_line_and_files():
    assert BENCHMARKS.keys() == FILES.keys()
    for name, loader in BENCHMARKS.items():
        line = (loader.__doc__ or "").splitlines()[0]
        assert line.endswith(")."), name
