"""Every odd kind of x with every odd kind of y, saved and in memory: right, or one clear line; never a wrong class."""

import numpy as np
import pandas as pd
import pytest

import standout
from standout.cli import main
from standout.errors import InputError

N = 24
RNG = np.random.default_rng(0)
TABLE = RNG.integers(0, 2, (N, 6)).astype(float)
GREY = RNG.integers(0, 200, (N, 7, 5)).astype(np.uint8)
COLOUR = RNG.integers(0, 200, (N, 7, 5, 3)).astype(np.uint8)
CODES = np.arange(N) % 3
TRUTH = {frozenset(np.flatnonzero(c == CODES).tolist()) for c in range(3)}

RIGHT_X = {
    "float": (TABLE, TABLE),
    "float16": (TABLE.astype(np.float16), TABLE),
    "bool": (TABLE > 0, TABLE > 0),
    "uint8": (TABLE.astype(np.uint8), TABLE),
    "by columns": (np.asfortranarray(TABLE), TABLE),
    "big-endian": (TABLE.astype(">f4"), TABLE),
    "one column": (np.arange(N)[:, None], np.arange(N)[:, None]),
    "grey": (GREY, GREY),
    "colour": (COLOUR, COLOUR),
    "colour first": (COLOUR.transpose(0, 3, 1, 2), COLOUR),
    "grey first": (GREY[:, None], GREY[..., None]),
    "NaN": (np.where(TABLE > 0, np.nan, TABLE), np.where(TABLE > 0, np.nan, TABLE)),
}
RIGHT_Y = {
    "int": CODES,
    "from 1": CODES + 1,
    "negative": -CODES,
    "uint8": CODES.astype(np.uint8),
    "column": CODES[:, None],
    "float": CODES.astype(float),
    "text": np.array([f" class {c}\t" for c in CODES]),
    "bytes": CODES.astype("S"),
    "one-hot": np.eye(3)[CODES],
    "one-hot bool by columns": np.asfortranarray(np.eye(3, dtype=bool)[CODES]),
}
WRONG_X = {
    "inf": (np.where(TABLE > 0, np.inf, TABLE), "x holds inf"),
    "one dimension": (TABLE[:, 0], "x has shape (24,)"),
    "five dimensions": (TABLE[:, :, None, None, None], "x has shape (24, 6, 1, 1, 1)"),
    "text": (np.full((N, 2), "red"), "x holds something that is not a number"),
    "complex": (TABLE * 1j, "x has dtype complex128"),
    "dates": (TABLE.astype("M8[s]"), "give numbers"),
    "no columns": (TABLE[:, :0], "no columns"),
    "no records": (TABLE[:0], "no records"),
    "too short": (TABLE[:-1], "entries for 23 rows|for 23 rows of x"),
    "objects": (np.full((N, 2), None), "holds Python objects|"),
}
WRONG_Y = {
    "soft": (np.full((N, 2), 0.5), "soft labels"),
    "several": (np.ones((N, 3)), "3 ones"),
    "one class": (np.zeros(N), "all labels are '0'"),
    "none": (np.full(N, np.nan), "none of the 24 records has a label"),
    "measure": (RNG.normal(size=N), "looks like an id or a measure|looks like a measure|different values"),
    "inf": (np.where(CODES == 1, np.inf, CODES), "inf"),
    "objects": (np.array(["a", None] * 12, dtype=object), "holds Python objects|"),
    "fields": (np.zeros(N, dtype="i4,i4"), "y has dtype"),
    "three dimensions": (np.zeros((N, 2, 2)), "y has shape (24, 2, 2)"),
    "one number": (np.array(3), "y has shape ()"),
    "ids": (np.arange(5000)[:N] * 7, "different values"),
}


def partition(codes) -> set:
    return {frozenset(np.flatnonzero(codes == c).tolist()) for c in np.unique(codes)}


def is_right(d, x):
    assert np.array_equal(d.x, x, equal_nan=x.dtype.kind == "f")
    assert partition(d.y) == TRUTH
    assert len(d.classes) == 3


@pytest.mark.parametrize("y", RIGHT_Y)
@pytest.mark.parametrize("x", RIGHT_X)
def test_right(tmp_path, x, y):
    given, used = RIGHT_X[x]
    is_right(standout.Dataset(given, RIGHT_Y[y]), used)
    np.savez(tmp_path / "a.npz", x=given, y=RIGHT_Y[y])
    d = standout.load(tmp_path / "a.npz")
    is_right(d, used)
    assert any("one-hot" in note for note in d.notes) == y.startswith("one-hot")
    assert any("channels" in note for note in d.notes) == x.endswith("first")


def refused(call, words: str) -> None:
    with pytest.raises(InputError) as error:
        call()
    assert "\n" not in str(error.value)
    assert any(word in str(error.value) for word in words.split("|")), str(error.value)


PAIRS = [
    *((x, words, CODES) for x, words in WRONG_X.values()),
    *((TABLE, words, y) for y, words in WRONG_Y.values()),
    *((x, f"{a}|{b}|entries for|rows of x|objects", y) for x, a in WRONG_X.values() for y, b in WRONG_Y.values()),
]


@pytest.mark.parametrize("place", range(len(PAIRS)))
def test_wrong(tmp_path, place):
    x, words, y = PAIRS[place]
    np.savez(tmp_path / "a.npz", x=x, y=y)
    refused(lambda: standout.load(tmp_path / "a.npz"), words)
    if x.dtype.kind != "O" and y.dtype.kind != "O":
        refused(lambda: standout.Dataset(x, y), words)


@pytest.mark.parametrize("place", range(len(WRONG_X) + len(WRONG_Y)))
def test_wrong_on_the_command_line(tmp_path, capsys, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    x, words, y = PAIRS[place]
    np.savez("a.npz", x=x, y=y)
    with pytest.raises(SystemExit) as leave:
        main(["audit", "a.npz", "--model", "logistic-regression", "--shadows", "4"])
    out, err = capsys.readouterr()
    assert (leave.value.code, out) == (2, "")
    assert err.count("\n") == 1
    assert any(word in err for word in words.split("|")), err
    assert [p.name for p in tmp_path.iterdir()] == ["a.npz"]


def test_labels_in_a_frame_of_dummies():
    d = standout.Dataset(TABLE, pd.get_dummies(pd.Series([f"c{c}" for c in CODES])))
    is_right(d, TABLE)
    assert d.classes == ("c0", "c1", "c2")


class Stubborn:
    """Refuses to become an array, as a tensor that wants gradients does."""

    def __array__(self, *_, **__):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad")


def test_things_that_refuse_to_be_arrays():
    refused(lambda: standout.Dataset(Stubborn(), CODES), "x is not an array: Can't call numpy()")
    refused(lambda: standout.Dataset(TABLE, Stubborn()), "y is not an array: Can't call numpy()")
