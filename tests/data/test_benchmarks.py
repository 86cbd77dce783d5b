"""Published data sets: each loader on a small file in its format, written here byte by byte, and on the real files."""

import gzip

import numpy as np
import pytest

import standout
from standout.data.benchmarks import BENCHMARKS, FILES
from standout.errors import InputError
from tests.data.published import cut, is_refused, lines, load, tar
from tests.data.shared import SHARED, needs_shared

RNG = np.random.default_rng(0)
BITS = RNG.integers(0, 2, (40, 19), dtype=np.uint8)
LABELS = np.arange(40) % 4 + 1


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


def bits(**arrays):
    return lambda folder: np.savez(folder / "location30.npz", X_bits=BITS, **arrays)


DAMAGED = {
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
    "bits of too many": ("location30", bits(n_features=999, y=LABELS), "does not hold n_features"),
    "bits of several": ("location30", bits(n_features=np.ones(3), y=LABELS), "does not hold n_features"),
}


@pytest.mark.parametrize(("name", "write", "words"), DAMAGED.values(), ids=DAMAGED)
def test_damaged(tmp_path, name, write, words):
    write(tmp_path)
    is_refused(name, tmp_path, words)


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


def test_every_loader_has_a_line_and_files():
    assert BENCHMARKS.keys() == FILES.keys()
    for name, loader in BENCHMARKS.items():
        line = (loader.__doc__ or "").splitlines()[0]
        assert line.endswith(")."), name
