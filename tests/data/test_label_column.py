"""The same classes in any encoding are the same classes; what is not one label per record is refused in one line."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standout.data.dataset import Dataset
from standout.data.label_column import label_column
from standout.data.labels import read_labels
from standout.errors import InputError

BLANKS = ("", " ", "\t", "  ", "\n", " ")


def read(y):
    """(codes, class names, lines) of labels in any encoding."""
    column, told = label_column(y, len(y))
    codes, classes, _, notes = read_labels(column)
    return codes, classes, [*told, *notes]


def partition(codes: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(codes == code).tolist()) for code in np.unique(codes)}


def are_classes(y: np.ndarray) -> bool:
    """Two at least, and some records share one."""
    return 1 < len(np.unique(y)) < len(y)


def one_hot(y, dtype):
    return np.eye(y.max() + 1, dtype=dtype)[y]


ENCODINGS = {
    "int": lambda y, _: y,
    "from 1": lambda y, _: y + 1,
    "negative": lambda y, _: -y,
    "float": lambda y, _: y.astype(float),
    "float16": lambda y, _: y.astype(np.float16),
    "big-endian": lambda y, _: y.astype(">i4"),
    "column": lambda y, _: y[:, None],
    "text": lambda y, _: y.astype(str),
    "text with blanks": lambda y, pad: [f"{pad[i % len(pad)]}c {v}{pad[-i % len(pad)]}" for i, v in enumerate(y)],
    "numbers with blanks": lambda y, pad: [f"{pad[i % len(pad)]}{v}" for i, v in enumerate(y)],
    "bytes": lambda y, _: y.astype("S"),
    "objects of several types": lambda y, _: np.array([(int, float, str)[i % 3](v) for i, v in enumerate(y)], object),
    "category": lambda y, _: pd.Categorical([f"c{v}" for v in y]),
    "Series with an index": lambda y, _: pd.Series(y, index=[7] * len(y)),
    "one-hot bool": lambda y, _: one_hot(y, bool),
    "one-hot int": lambda y, _: one_hot(y, np.int8),
    "one-hot float": lambda y, _: one_hot(y, np.float32),
    "one-hot by columns": lambda y, _: np.asfortranarray(one_hot(y, float)),
    "one-hot as text": lambda y, _: one_hot(y, np.int8).astype(str),
    "dummies": lambda y, _: pd.get_dummies(pd.Series([f"c{v}" for v in y])),
    "one-hot lists": lambda y, _: one_hot(y, int).tolist(),
}


@settings(max_examples=60, deadline=None)
@given(
    y=st.lists(st.integers(0, 12), min_size=8, max_size=40)
    .map(np.array)
    .filter(lambda y: 1 < len(np.unique(y)) < len(y)),
    pad=st.lists(st.sampled_from(BLANKS), min_size=1, max_size=4),
)
def test_any_encoding_gives_the_same_partition_and_class_count(y, pad):
    truth = partition(y)
    for name, encode in ENCODINGS.items():
        codes, classes, _ = read(encode(y, pad))
        assert partition(codes) == truth, name
        assert len(classes) == len(truth), name
        assert set(codes.tolist()) == set(range(len(classes))), name


@given(y=st.lists(st.booleans(), min_size=8, max_size=20).filter(lambda y: len(set(y)) == 2))
def test_two_classes_as_bool(y):
    truth = partition(np.array(y))
    for encoded in (y, np.array(y), np.array(y)[:, None], np.array(y).astype(float), np.array(y, dtype=object)):
        assert partition(read(encoded)[0]) == truth


@given(
    y=st.lists(st.integers(0, 2), min_size=8, max_size=20)
    .map(np.array)
    .filter(lambda y: 1 < len(np.unique(y)) < len(y)),
    gaps=st.sets(st.integers(0, 7), min_size=1, max_size=3),
)
def test_masked_entries_are_missing_in_any_type(y, gaps):
    mask = np.isin(np.arange(len(y)), list(gaps))
    if len(np.unique(y[~mask])) < 2:
        return
    for kind in (int, float, str):
        codes, _, notes = read(np.ma.array(y.astype(kind), mask=mask))
        assert (codes == -1).tolist() == mask.tolist()
        assert notes == [f"{mask.sum()} of {len(y)} records have no label and are left out"]


@given(st.sets(st.sampled_from([bytes([b]) for b in range(128, 256) if b not in b"\x85\xa0"]), min_size=2, max_size=20))
def test_bytes_that_are_no_utf8_stay_apart(values):
    assert len(read(np.array(sorted(values) * 2, dtype=object))[1]) == len(values)


@given(st.lists(st.one_of(st.binary(max_size=3), st.text(max_size=3)), min_size=2, max_size=20))
def test_any_text_and_bytes_are_classes_or_one_line(values):
    column = np.empty(2 * len(values), dtype=object)
    column[:] = values * 2
    try:
        codes, classes, _ = read(column)
    except InputError as e:
        assert "\n" not in str(e)
    else:
        assert codes[: len(values)].tolist() == codes[len(values) :].tolist()
        assert set(codes.tolist()) - {-1} == set(range(len(classes)))


def test_one_hot_is_told_with_its_empty_columns():
    y = np.array([0, 2] * 4)
    _, classes, (line,) = read(np.eye(4)[y])
    assert classes == ("0", "2")
    assert line.startswith("y is one-hot, shape (8, 4): the class of a record is the number of its column, counted")
    assert line.endswith("; no record is of 1, 3")
    frame = pd.DataFrame({"cat": [1, 0] * 4, "dog": [0, 1] * 4, "owl": [0] * 8})
    codes, classes, (line,) = read(frame)
    assert classes == ("cat", "dog")
    assert codes.tolist() == [0, 1] * 4
    assert line.endswith("the name of its column; no record is of owl")


EYE = np.eye(3)[np.arange(9) % 3]
REFUSED = {
    "soft": (0.7 * EYE + 0.1, r"row 0 \(counted from 0\) holds soft labels \(0.8, 0.1, 0.1\).*argmax"),
    "smoothed last row": (np.vstack([EYE[:8], [0.25, 0.5, 0.25]]), "row 8 .*soft"),
    "several": (np.vstack([EYE[:8], [1, 1, 0]]), "row 8 .*2 ones: several classes"),
    "none": (np.vstack([EYE[:8], [0, 0, 0]]), "row 8 .*no 1"),
    "nan": (np.vstack([EYE[:8], [1, 0, np.nan]]), "row 8 .*not one-hot"),
    "logits": (5 * EYE - 2, "row 0 .*not one-hot"),
    "two answers": (np.array([[3, 7]] * 9), "row 0 .*not one-hot"),
    "text": (np.array([["a", "b"]] * 9), "holds text"),
    "three dimensions": (EYE[:, :, None] * np.ones(2), "y has shape"),
    "turned": (EYE.T, "y has shape"),
}


@pytest.mark.parametrize(("y", "words"), REFUSED.values(), ids=REFUSED)
def test_refused(y, words):
    with pytest.raises(InputError, match=words) as error:
        label_column(y, 9)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["y", "groups", "ids"])
def test_the_name_of_a_column_is_not_the_column(name):
    x = pd.DataFrame({"a": range(12), "outcome": ["no", "yes"] * 6})
    with pytest.raises(InputError, match=rf"^{name} is the text 'outcome'; .* for instance x\['outcome'\]$"):
        Dataset(x, **{"y": x["outcome"], name: "outcome"})


def test_a_turned_one_hot_gets_the_mend():
    with pytest.raises(InputError, match=r"give y\.T"):
        label_column(EYE.T, 9)
