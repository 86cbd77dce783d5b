"""Neighbours: exact where all records are looked through, and exact among the sample where not."""

import numpy as np
import pytest

from standout.explain import nearest as module
from standout.explain.nearest import nearest, sample_of


def by_hand(x: np.ndarray, among: np.ndarray, k: int) -> np.ndarray:
    """Nearest others among some records, by all distances in float64."""
    out = []
    for i, row in enumerate(x):
        others = among[among != i]
        away = ((x[others].astype(np.float64) - row) ** 2).sum(axis=1)
        out.append(others[np.argsort(away, kind="stable")[:k]])
    return np.array(out)


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(module, "MOST", 60)


def test_all_records_are_looked_through():
    x = np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32)
    assert sample_of(200) is None
    assert np.array_equal(nearest(x), by_hand(x, np.arange(200), 10))


def test_many_records_look_among_a_sample_and_none_finds_itself(few):
    x = np.random.default_rng(1).normal(size=(200, 3)).astype(np.float32)
    sample = sample_of(200)
    assert sample is not None and len(np.unique(sample)) == 60
    assert np.array_equal(sample, sample_of(200))
    assert np.array_equal(nearest(x), by_hand(x, sample, 10))


def test_duplicates_stay_in_and_no_record_finds_itself(few):
    x = np.zeros((200, 2), dtype=np.float32)
    found = nearest(x)
    assert found.shape == (200, 10)
    assert not (found == np.arange(200)[:, None]).any()
    assert np.isin(found, sample_of(200)).all()
