"""Distances of maps by loops, models that may be compared by their definition, intervals by scipy."""

import numpy as np
import pytest
from scipy import stats

from standout.explain.maps_apart import apart, both_distances, comparison, crossed, mean_with_interval


def by_loops(one, other):
    total, rest = sum(one.ravel().tolist()), sum(other.ravel().tolist())
    if total == 0 or rest == 0:
        return 0.0 if total == rest else 1.0
    return sum(abs(a / total - b / rest) for a, b in zip(one.ravel().tolist(), other.ravel().tolist())) / 2


def maps_at_random(*shape):
    rng = np.random.default_rng(0)
    return np.maximum(rng.normal(size=shape), 0).astype(np.float32)


def test_distance():
    one, other = maps_at_random(2, 30, 3, 4)
    one[0] = other[0] = one[1] = other[2] = 0
    found = apart(one, other)
    np.testing.assert_allclose(found, [by_loops(a, b) for a, b in zip(one, other)], atol=1e-12)
    assert found[0] == 0 and found[1] == found[2] == 1
    np.testing.assert_allclose(apart(one, one * 3), 0, atol=1e-7)
    left = np.array([[[1.0, 0.0]]])
    assert apart(left, left[:, :, ::-1])[0] == 1
    np.testing.assert_allclose(found, apart(other, one))


@pytest.mark.parametrize("bits", range(16))
def test_models_that_are_compared(bits):
    members = np.array([bool(bits >> m & 1) for m in range(4)])
    unlike, alike = crossed(members)
    across = [(i, j) for i in range(4) for j in range(i + 1, 4) if i // 2 != j // 2]
    assert {frozenset(p) for p in unlike} == {frozenset(p) for p in across if members[p[0]] != members[p[1]]}
    assert {frozenset(p) for p in alike} == {frozenset(p) for p in across if members[p[0]] == members[p[1]]}
    assert len(unlike) + len(alike) == 4 and all(members[i] and not members[j] for i, j in unlike)


def test_both_distances():
    maps, rng = maps_at_random(4, 12, 2, 3), np.random.default_rng(1)
    members = rng.random((4, 12)) < 0.5
    members[:, 0] = True
    members[:, 1] = [True, True, False, False]
    unlike, alike = both_distances(maps, members)
    assert np.isnan(unlike[0]) and np.isnan(alike[1])
    for b in range(12):
        for found, same in ((unlike, False), (alike, True)):
            each = [
                by_loops(maps[i, b], maps[j, b])
                for i in (0, 1) for j in (2, 3) if (members[i, b] == members[j, b]) == same
            ]  # fmt: skip
            if each:
                assert found[b] == pytest.approx(np.mean(each), abs=1e-9)


def test_intervals_are_those_of_scipy():
    rng = np.random.default_rng(0)
    exposed, typical = rng.random((2, 2, 15))
    found = comparison((exposed[0], exposed[1]), (typical[0], typical[1]))
    for name, (unlike, alike) in (("exposed", exposed), ("typical", typical)):
        test = stats.ttest_rel(unlike, alike)
        assert found[name]["apart"] == pytest.approx(unlike.mean())
        assert found[name]["alike"] == pytest.approx(alike.mean())
        assert found[name]["excess"] == pytest.approx((unlike - alike).mean())
        assert found[name]["ci"] == pytest.approx([*test.confidence_interval()])
    assert found["more"]["ci"] == pytest.approx([*stats.ttest_rel(exposed[0], typical[0]).confidence_interval()])
    both = stats.ttest_rel(exposed[0] - exposed[1], typical[0] - typical[1])
    assert found["more"]["excess_ci"] == pytest.approx([*both.confidence_interval()])
    assert found["more"]["apart"] == pytest.approx(exposed[0].mean() - typical[0].mean())


def test_too_few_records():
    assert mean_with_interval(np.array([])) == (None, None)
    assert mean_with_interval(np.array([np.nan, 0.5])) == (0.5, None)
    assert mean_with_interval(np.array([0.25, 0.25, np.nan])) == (0.25, [0.25, 0.25])
    nothing = comparison((np.array([]), np.array([])), (np.array([]), np.array([])))
    assert nothing["exposed"] == {"records": 0, "apart": None, "alike": None, "excess": None, "ci": None}


def test_the_interval_holds_the_truth():
    """Exposed maps that differ by .1 more than typical ones: the interval covers it about as often as it says."""
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        typical, exposed = rng.normal(0.4, 0.1, 20), rng.normal(0.5, 0.1, 20)
        alike = rng.normal(0.4, 0.05, (2, 20))
        low, high = comparison((exposed, alike[0]), (typical, alike[1]))["more"]["excess_ci"]
        held += low <= 0.1 <= high
    assert 0.92 <= held / 400 <= 0.98
