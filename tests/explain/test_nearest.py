"""Neighbours: exact where all records are looked through, and exact among the sample where not."""

import numpy as np
import pytest

from standout.explain import nearest as module
from standout.explain.nearest import most_of, nearest, sample_of
from standout.explain.neighbours import own_class_distance
from standout.flows.explaining import notes
from tests.explain.simulated import blobs, evidence_of


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
    assert sample_of(200, 200) is None and most_of(200, 3) == module.MOST
    found = nearest(x)
    assert np.array_equal(found.places, by_hand(x, np.arange(200), 10))
    away = np.linalg.norm(x[:, None].astype(np.float64) - x[found.places], axis=2)
    assert np.allclose(found.distances, away, atol=1e-5)


def test_many_records_look_among_a_sample_and_none_finds_itself(few):
    x = np.random.default_rng(1).normal(size=(200, 3)).astype(np.float32)
    sample = sample_of(200, 60)
    assert sample is not None and len(np.unique(sample)) == 60
    again = sample_of(200, 60)
    assert again is not None and np.array_equal(sample, again)
    assert np.array_equal(nearest(x).places, by_hand(x, sample, 10))


def test_duplicates_stay_in_and_no_record_finds_itself(few):
    x = np.zeros((200, 2), dtype=np.float32)
    found = nearest(x).places
    assert found.shape == (200, 10)
    assert not (found == np.arange(200)[:, None]).any()
    sample = sample_of(200, 60)
    assert sample is not None and np.isin(found, sample).all()


def test_a_run_says_that_it_looked_among_a_sample(few):
    few_rows, many_rows = (
        notes(evidence_of(np.random.default_rng(2).normal(size=(n, 2)), np.arange(n) % 2)) for n in (60, 61)
    )
    assert few_rows == []
    assert len(many_rows) == 1 and "61 records" in many_rows[0]


def test_work_has_a_bound_and_the_sample_a_least_size():
    for records, columns in ((1797, 64), (5010, 446), (48_842, 30)):
        assert records <= most_of(records, columns) <= module.MOST
    assert most_of(41_548, 600) == int(module.WORK / (41_548 * 600)) < 10_000
    assert most_of(10**6, 3072) == module.LEAST


def test_distances_to_the_own_class_are_of_the_same_sample(few):
    x, y = blobs(200)
    evidence = evidence_of(x, y)
    found = own_class_distance(evidence)
    sample = sample_of(200, 60)
    assert sample is not None and (found[np.isfinite(found)] >= 1 - 1e-6).all()
    away = np.linalg.norm(evidence.features[:, None].astype(np.float64) - evidence.features[sample], axis=2)
    away[sample, np.arange(60)] = np.inf
    own = np.where(y[sample] == y[:, None], away, np.inf)
    wanted = np.sort(own, axis=1)[:, 4] / np.sort(away, axis=1)[:, 4]
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
