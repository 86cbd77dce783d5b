"""Nearest members and blends of records against loops."""

import numpy as np
import pandas as pd
import pytest

from standout.data.dataset import Dataset
from standout.data.encode import matrix_of
from standout.defend import neighbours
from standout.defend.neighbours import blended, mean_of, nearest_members


def draw():
    return np.random.default_rng(5)


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({
        "a": np.where(rng.random(60) < 0.2, np.nan, rng.normal(size=60)),
        "b": rng.normal(size=60) * 50,
        "c": rng.choice(["x", "y", "z"], 60),
    })  # fmt: skip
    return Dataset(frame, rng.integers(0, 2, 60))


def nearest_by_hand(data, members, i, k, image):
    seen = matrix_of(data)
    rows = np.flatnonzero(members)
    x = seen.base.astype(float)
    for p, column in enumerate(seen.gaps):
        x[seen.missing[:, p], column] = np.median(x[[r for r in rows if not seen.missing[r, p]], column])
    scale = np.ones(x.shape[1]) if image else np.array([x[rows, d].std() or 1 for d in range(x.shape[1])])
    far = sorted((sum(((x[i] - x[j]) / scale) ** 2), j) for j in rows if j != i and data.y[j] == data.y[i])
    return [j for _, j in far[:k]]


@pytest.mark.parametrize("k", [1, 4, 100])
def test_nearest_members_are_those_of_a_loop(table, k):
    members = np.random.default_rng(1).random(60) < 0.5
    of = np.flatnonzero(members)[::3]
    found = nearest_members(matrix_of(table), table.y, members, of, k, draw(), False)
    for i, near in zip(of, found):
        assert near.tolist() == nearest_by_hand(table, members, i, k, False)


def test_pictures_are_compared_as_they_are():
    rng = np.random.default_rng(2)
    x = (rng.random((30, 4, 4)) * np.linspace(1, 200, 16).reshape(4, 4)).astype(np.uint8)
    data, members = Dataset(x, rng.integers(0, 2, 30)), np.arange(30) % 2 == 0
    of = np.flatnonzero(members)
    found = nearest_members(matrix_of(data), data.y, members, of, 3, draw(), True)
    for i, near in zip(of, found):
        assert near.tolist() == nearest_by_hand(data, members, i, 3, True)


def test_a_large_class_is_searched_in_a_part_of_it(monkeypatch):
    monkeypatch.setattr(neighbours, "MOST", 20)
    monkeypatch.setattr(neighbours, "BLOCK", 7)
    rng = np.random.default_rng(3)
    data = Dataset(rng.normal(size=(200, 3)), [*[0] * 199, 1])
    of = np.arange(0, 200, 5)
    found = nearest_members(matrix_of(data), data.y, np.ones(200, dtype=bool), of, 6, draw(), False)
    sample = np.sort(draw().choice(199, 20, replace=False))
    assert all(set(near) <= set(sample) and i not in near and len(near) == 6 for i, near in zip(of, found))


def test_means_are_those_of_a_loop():
    rng = np.random.default_rng(4)
    parts = np.where(rng.random((50, 4, 3)) < 0.3, np.nan, rng.normal(size=(50, 4, 3)))
    weights = rng.dirichlet(np.ones(4), 50)
    weights[:5, 1:] = 0
    weights[:5, 0] = 1
    ours = mean_of(parts, weights)
    for s in range(50):
        for d in range(3):
            there = [j for j in range(4) if not np.isnan(parts[s, j, d]) and weights[s, j] > 0]
            if not there:
                assert np.isnan(ours[s, d])
                continue
            wanted = sum(weights[s, j] * parts[s, j, d] for j in there) / sum(weights[s, j] for j in there)
            assert ours[s, d] == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, bool])
def test_numbers_keep_their_type_and_range(dtype):
    values = np.array([0, 1, 200, 255]).astype(dtype)
    mean = mean_of(values[np.array([[3, 3, 3], [2, 3, 3], [0, 1, 1]])], np.full((3, 3), 1 / 3))
    assert mean.dtype == dtype
    wanted = [255, 710 / 3, 2 / 3]
    if dtype is bool:
        assert mean.tolist() == [True, True, True]
    else:
        np.testing.assert_allclose(mean, wanted if dtype is np.float32 else np.rint(wanted), rtol=1e-6)


def test_a_column_that_is_no_number_takes_the_heaviest_value_and_keeps_its_type():
    frame = pd.DataFrame({
        "text": ["a", "b", "b", "c", None, "a"],
        "kind": pd.Categorical(["u", "v", "v", "u", None, "u"], categories=["v", "u", "w"]),
        "yes": [True, False, False, True, True, False],
        "when": pd.to_datetime(["2020-01-01", "2021-01-01", "2021-01-01", "2022-01-01", None, "2020-01-01"]),
        "whole": pd.array([1, 2, 4, None, None, 9], dtype="Int64"),
        "huge": np.array([2**60, 2**60 + 1, 2**60 + 1, 0, 1, 2]),
        "number": [1.0, 2.0, np.nan, 3.0, np.nan, 9.0],
    })  # fmt: skip
    data = Dataset(pd.concat([frame] * 2, ignore_index=True), [0, 1] * 6)
    rows = np.array([[0, 1, 2], [3, 4, 4], [0, 1, 3], [4, 4, 4]])
    weights = np.array([[0.4, 0.3, 0.3], [0.2, 0.4, 0.4], [0.5, 0.5, 0.0], [1.0, 0, 0]])
    out = pd.DataFrame(blended(data, rows, weights))
    assert out.dtypes.to_dict() == data.x.dtypes.to_dict()
    gone = lambda column: [None if pd.isna(v) else v for v in out[column]]  # noqa: E731
    assert gone("text") == ["b", "c", "a", None]  # "b" by two votes; of equals the first; a gap has no vote
    assert gone("kind") == ["v", "u", "u", None]
    assert gone("yes") == [False, True, True, True]
    assert [None if v is None else v.year for v in gone("when")] == [2021, 2022, 2020, None]
    assert gone("whole") == [2, None, 2, None]  # (.4 + .6 + 1.2) = 2.2; 1.5 to the even
    assert gone("huge") == [2**60 + 1, 1, 2**60, 1]
    np.testing.assert_allclose(out["number"], [1 * 4 / 7 + 2 * 3 / 7, 3.0, 1.5, np.nan])
