"""Tables to numbers: what each model learns from its own records alone, what is left out, what stays a value."""

import decimal

import numpy as np
import pandas as pd
import pytest

from standout.data.dataset import Dataset
from standout.data.encode import LEVELS, matrix_of
from standout.recipes import recipe_of

N = 12
EVERYONE = np.arange(N)


def matrix(**columns):
    return matrix_of(Dataset(pd.DataFrame(columns), np.arange(N) % 2))


def seen(m, rows=EVERYONE):
    return m.filled(*m.fit(rows))


def test_medians_and_indicator_come_from_the_training_rows():
    m = matrix(a=[1.0, 2.0, np.nan, 30.0, 100.0, np.nan] + [1000.0] * 6)
    got = seen(m, np.array([0, 1, 2, 3]))
    assert got.shape == (N, 2)
    assert got[:, 0].tolist() == [1, 2, 2, 30, 100, 2] + [1000.0] * 6
    assert got[:, 1].tolist() == [0, 0, 1, 0, 0, 1] + [0.0] * 6
    assert seen(m, np.array([3, 4]))[2, 0] == 65


def test_a_gap_is_unknown_where_no_training_row_has_one():
    m = matrix(a=[1.0, 2.0, np.nan, 30.0, 100.0, np.nan] + [1000.0] * 6)
    assert seen(m, np.array([0, 1, 3]))[:, 1].tolist() == [0.0] * N


def test_a_column_without_any_value_in_training_fills_with_zero():
    got = seen(matrix(a=[np.nan] * 6 + [5.0, 6.0] * 3), np.arange(6))
    assert got[0].tolist() == [0, 1] and got[6].tolist() == [0, 0]


def test_missing_text_has_a_level_of_its_own():
    got = seen(matrix(a=["x", None, "y"] * 4))
    assert got[:3].tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 1]]


def test_an_unknown_level_is_no_level():
    m = matrix(a=["x", "y", "z"] * 4)
    without_z = np.flatnonzero(np.arange(N) % 3 < 2)
    assert seen(m, without_z)[:3].tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert seen(m, EVERYONE)[2].tolist() == [0, 0, 1]


def test_a_level_that_only_means_missing_is_unknown_too():
    m = matrix(a=["x", "y"] * 5 + [None, None])
    assert seen(m, np.arange(10))[10].tolist() == [0, 0, 0]


LEFT_OUT = {
    "constant number": [7] * N,
    "constant text": ["a"] * N,
    "missing numbers": [np.nan] * N,
    "missing text": [None] * N,
    "missing strings": pd.array([None] * N, dtype="string"),
    "zeros of two signs": [0.0, -0.0] * 6,
    "constant bool": [True] * N,
}


@pytest.mark.parametrize("column", LEFT_OUT.values(), ids=LEFT_OUT)
def test_all_missing_and_constant_columns_are_left_out_with_a_line(column):
    m = matrix(k=range(N), c=column)
    assert m.base.shape[1] == 1
    assert m.notes == ("left out, empty or constant: c",)


@pytest.mark.parametrize(("column", "width"), [([3.0, np.nan] * 6, 2), (["a", None] * 6, 2)])
def test_one_value_and_gaps_is_no_constant(column, width):
    m = matrix(c=column)
    assert m.base.shape[1] == width
    assert not m.notes
    assert len(np.unique(seen(m), axis=0)) == 2


def test_text_with_too_many_levels_is_left_out_with_a_line():
    n = LEVELS + 1
    frame = pd.DataFrame({"k": range(n), "city": [f"c{i}" for i in range(n)], "edge": ["e0", *range(n - 2), "e0"]})
    m = matrix_of(Dataset(frame, np.arange(n) % 2))
    assert m.base.shape[1] == 1 + LEVELS
    assert m.notes == (f"left out, text with more than {LEVELS} levels: city ({n} levels)",)


NUMBERS = {
    "int": [1, 2] * 6,
    "bool": [True, False] * 6,
    "float32": np.array([1, 2] * 6, dtype=np.float32),
    "nullable int": pd.array([1, 2] * 6, dtype="Int64"),
    "nullable bool": pd.array([True, False] * 6, dtype="boolean"),
    "objects": np.array([1, 2.5] * 6, dtype=object),
    "decimals": [decimal.Decimal("1.5"), decimal.Decimal("2")] * 6,
    "sparse": pd.arrays.SparseArray([0, 1] * 6),
}


@pytest.mark.parametrize("column", NUMBERS.values(), ids=NUMBERS)
def test_numbers_of_any_dtype_stay_one_column(column):
    m = matrix(c=column)
    assert seen(m)[:, 0].tolist() == [float(v) for v in column]
    assert m.base.shape[1] == 1


GAPS = {
    "nullable int": pd.array([1, 3, None] * 4, dtype="Int64"),
    "nullable float": pd.array([1.0, 3.0, None] * 4, dtype="Float64"),
    "objects": np.array([1, 3.0, None] * 4, dtype=object),
    "NA among objects": np.array([1, 3.0, pd.NA] * 4, dtype=object),
}


@pytest.mark.parametrize("column", GAPS.values(), ids=GAPS)
def test_gaps_of_any_dtype(column):
    assert seen(matrix(c=column))[:3].tolist() == [[1, 0], [3, 0], [2, 1]]


DAYS = pd.date_range("1970-01-02", periods=N)
TIMES = {
    "dates": DAYS,
    "dates of a zone": DAYS.tz_localize("UTC"),
    "seconds": DAYS.astype("datetime64[s]"),
    "spans": DAYS - pd.Timestamp(0),
}


@pytest.mark.parametrize("column", TIMES.values(), ids=TIMES)
def test_times_are_days(column):
    assert seen(matrix(c=column))[:, 0].tolist() == list(range(1, N + 1))
    gap = pd.Series(column)
    gap[0] = pd.NaT
    assert seen(matrix(c=gap))[0].tolist() == [7, 1]


TEXTS = {
    "text": ["a", "b", "c"] * 4,
    "categories": pd.Categorical(["a", "b", "c"] * 4, categories=list("abcd")),
    "numbers as categories": pd.Categorical([1, 2, 3] * 4),
    "numbers as text": ["1", "2", "3"] * 4,
    "words that are values": ["None", "Unknown", "x"] * 4,
    "mixed": [1, "a", "b"] * 4,
    "lists": [[1], [2], [3]] * 4,
}


@pytest.mark.parametrize("column", TEXTS.values(), ids=TEXTS)
def test_text_is_one_column_a_level(column):
    got = seen(matrix(c=column))
    assert got.shape == (N, 3)
    assert (got.sum(axis=1) == 1).all()
    assert len(np.unique(got[:3], axis=0)) == 3


def test_arrays_pass_as_they_are_and_images_are_flat():
    x = np.arange(N * 6).reshape(N, 2, 3)
    m = matrix_of(Dataset(x, np.arange(N) % 2))
    assert seen(m).tolist() == x.reshape(N, 6).tolist()


@pytest.mark.parametrize("model", ["logistic-regression", "mlp"])
def test_records_outside_a_training_change_nothing_in_its_model(model):
    """The layout is the table's, but no median, level or scale may come from a record that the model never saw."""
    if model == "mlp":
        pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    n = 40
    inside = np.arange(n) < 20
    frame = pd.DataFrame({"a": rng.normal(size=n), "b": rng.normal(size=n), "t": rng.choice(["x", "y"], n)})
    frame.loc[[3, 25], "b"] = np.nan
    frame.loc[[4, 26], "t"] = None
    other = frame.copy()
    other.loc[30:, "b"] = other.loc[30:, "b"].iloc[::-1].to_numpy()
    other.loc[30:, "t"] = other.loc[30:, "t"].iloc[::-1].to_numpy()
    recipe = recipe_of(model, {"epochs": 3} if model == "mlp" else None)
    y = np.arange(n) % 2
    answers = [next(recipe.train(Dataset(f, y), inside[None], np.array([1]))).logits[:30] for f in (frame, other)]
    assert np.array_equal(*answers)


BIG = {
    "uint64": np.array([2**64 - 1, 2**64 - 2] * 6, dtype=np.uint64),
    "int64": np.array([2**60, 2**60 + 1] * 6),
    "negative": np.array([-(2**62), -(2**62) - 1] * 6),
    "nullable": pd.array([2**60, 2**60 + 1] * 6, dtype="Int64"),
    "with gaps": pd.array([2**60, 2**60 + 1, None] * 4, dtype="UInt64"),
    "objects": np.array([10**30, 10**30 + 1] * 6, dtype=object),
}


@pytest.mark.parametrize("column", BIG.values(), ids=BIG)
def test_whole_numbers_that_float64_cannot_tell_apart_are_no_constant(column):
    m = matrix(c=column)
    assert not m.notes
    assert sorted(np.unique(m.base[:, 0])) == [0, 1]
    if not pd.isna(column).any():
        assert abs(m.base[0, 0] - m.base[1, 0]) == 1
