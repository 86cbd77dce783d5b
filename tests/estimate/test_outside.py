"""The test of each record: its p-values are uniform where they must be, and agree with what it accuses."""

import numpy as np
import pytest
from scipy.stats import binom, kstest
from scipy.stats import t as student

from standout.estimate.outside import OutTest
from standout.estimate.spread import shrunk_spread
from standout.estimate.tails import Tails, fit_tails
from standout.moments import moments_of

from .test_exposure import simulated


def judged(models, seed, paired, sure=3.0, **kind):
    """(p-values (N,) of one more model, its members bool (N,), true exposures (N,))."""
    members = paired(models + 2, 3000, seed)
    signals, truth = simulated(models + 2, 3000, seed, members, **kind)
    s, m = signals[:models], members[:models]
    moments = moments_of(s, m)
    test = OutTest.of(moments, shrunk_spread(moments), fit_tails(s, m, 1e-3), sure)
    return test.p_value(signals[models]), members[models], truth


@pytest.mark.parametrize("models", [8, 16, 64])
def test_p_values_are_uniform_where_nothing_leaks(models, paired):
    """Of members and of others."""
    p = np.concatenate([judged(models, seed, paired, leak=False)[0] for seed in range(3)])
    assert kstest(p, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("models", [16, 64])
def test_p_values_of_records_that_a_model_never_saw_are_uniform_where_others_leak(models, paired):
    runs = [judged(models, seed, paired) for seed in range(3)]
    outside = np.concatenate([p[~members] for p, members, _ in runs])
    inside = np.concatenate([p[members] for p, members, _ in runs])
    assert kstest(outside, "uniform").pvalue > 1e-3
    assert kstest(inside, "uniform", alternative="greater").pvalue < 1e-30, "those of members are smaller"


def test_without_being_sure_of_the_side_they_are_not(paired):
    p = np.concatenate([judged(16, seed, paired, sure=0.0, leak=False)[0] for seed in range(3)])
    assert (p <= 0.4).mean() == pytest.approx(0.47, abs=0.02)


@pytest.mark.parametrize("noise", ["student", "skew"])
def test_small_p_values_are_as_rare_as_they_say_under_other_noise(noise, paired):
    runs = [judged(64, seed, paired, noise=noise) for seed in range(6)]
    outside = np.concatenate([p[~members] for p, members, _ in runs])
    for level in (0.01, 0.001):
        assert (outside <= level).sum() <= binom.ppf(0.999, len(outside), 1.25 * level), level


def test_power_is_the_true_exposure(paired):
    """At p <= fpr members are recognised as often as their exposure says; estimated moments cost a little."""
    runs = [judged(64, seed, paired) for seed in range(6)]
    chosen = [members & (truth > 0.05) for _, members, truth in runs]
    hits = sum(int((p[c] <= 1e-3).sum()) for (p, _, _), c in zip(runs, chosen))
    truth = np.concatenate([t[c] for (_, _, t), c in zip(runs, chosen)])
    noise = 3 * np.sqrt((truth * (1 - truth)).sum())
    assert truth.sum() > 50
    assert 0.8 * truth.sum() - noise < hits < truth.sum() + noise


def test_p_value_is_the_tail_of_the_stretched_student(paired):
    """Against scipy, on both sides; at most fpr exactly where the test accuses at fpr."""
    members = paired(16, 50, 3)
    rng = np.random.default_rng(3)
    signals = rng.normal(size=(16, 50)) + np.where(np.arange(50) < 25, 9.0, -9.0) * members
    moments = moments_of(signals, members)
    spread = shrunk_spread(moments)
    test = OutTest.of(moments, spread, Tails(above=1.5, below=1.2), sure=3.0)
    assert (test.side == np.where(np.arange(50) < 25, 1, -1)).all()
    new = rng.normal(size=(400, 50)) * 3
    p = test.p_value(new)
    scale = np.sqrt(spread.variance * (1 + 1 / moments.outside.count))
    up = student.sf((new - moments.outside.mean) / scale / 1.5, spread.degrees)
    down = student.cdf((new - moments.outside.mean) / scale / 1.2, spread.degrees)
    expected = np.where(test.side > 0, up, down)
    far = expected < 0.5
    np.testing.assert_allclose(p[far], expected[far], rtol=1e-9)
    assert (p[~far] >= 0.5).all()
    for fpr in (0.2, 0.01, 0.001):
        assert np.array_equal(test.accuses(new, fpr), p < fpr)
