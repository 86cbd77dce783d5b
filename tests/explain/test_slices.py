"""Exposure by class and group against loops, scipy and the normal limit."""

import numpy as np
import pytest
from scipy.stats import binomtest

from standout.explain import slices as module
from standout.explain.slices import FEWEST, MOST, mean_interval, slices, wilson


def test_figures_by_hand_and_in_order():
    rng = np.random.default_rng(0)
    codes = np.repeat([0, 1, 2, 3], [40, 9, 10, 60])
    exposure, exposed = rng.random(119) * np.array([0.2, 1.0, 0.9, 0.5])[codes], rng.random(119) < 0.3
    told = slices(exposure, exposed, (codes, ("a", "b", "c", "d")), None)
    assert told["groups"] is None and told["fewest"] == FEWEST == 10
    assert [r["name"] for r in told["classes"]] == ["c", "d", "a", "b"]
    for row in told["classes"]:
        own = codes == "abcd".index(row["name"])
        assert row["records"] == own.sum() and row["exposed"] == exposed[own].sum()
        if row["name"] == "b":
            assert row["mean"] is None and row["share"] is None and row["mean_ci"] is None and row["share_ci"] is None
        else:
            assert row["mean"] == pytest.approx(exposure[own].mean()) and row["share"] == exposed[own].mean()
            assert row["mean_ci"][0] < row["mean"] < row["mean_ci"][1]
    assert slices(exposure, exposed, None, None)["classes"] is None


@pytest.mark.parametrize(("k", "n"), [(0, 10), (1, 10), (10, 10), (7, 300), (150, 300)])
def test_wilson_is_that_of_scipy(k, n):
    low, high = binomtest(k, n).proportion_ci(method="wilson")
    assert wilson(k, n) == pytest.approx([low, high], abs=1e-12)


def test_the_interval_of_a_mean_covers_as_it_says():
    rng = np.random.default_rng(0)
    hits = 0
    for i in range(200):
        low, high = mean_interval(rng.exponential(size=60), i)
        hits += low <= 1 <= high
    assert 0.88 <= hits / 200 <= 0.98  # percentiles of skewed values cover a little less than 95 %


def test_many_records_get_the_normal_limit(monkeypatch):
    values = np.random.default_rng(0).exponential(size=1500)
    monkeypatch.setattr(module, "LARGE", 2000)
    drawn = mean_interval(values)
    monkeypatch.setattr(module, "LARGE", 1000)
    limit = mean_interval(values)
    assert limit == pytest.approx(drawn, abs=0.01) and limit != drawn
    assert np.ptp(limit) == pytest.approx(2 * 1.96 * values.std() / 1500**0.5, rel=1e-4)


def test_groups_are_counted_and_only_the_most_exposed_shown():
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(80), np.where(np.arange(80) < 15, 3, 12))
    names = np.array([f"p{c}" for c in codes], dtype=object)
    order = rng.permutation(len(codes))
    codes, names = codes[order], names[order]
    exposure = codes / 100
    told = slices(exposure, exposure > 0.5, None, (codes, names))["groups"]
    assert told["count"] == 80 and told["few"] == 15 and len(told["shown"]) == MOST == 50
    assert [g["name"] for g in told["shown"]] == [f"p{c}" for c in range(79, 29, -1)]
    top = told["shown"][0]
    assert (top["records"], top["exposed"], top["share"], top["share_ci"]) == (12, 12, 1.0, wilson(12, 12))
    assert top["mean"] == pytest.approx(0.79) and top["mean_ci"] == pytest.approx([0.79, 0.79])
