"""Figures beside the control: against loops, closed forms and simulations whose truth is known."""

import numpy as np
import pytest

from standout.defend.paired import Mean, Seen, cost, cut, recognised, seen, spread_of
from standout.estimate.estimate import estimate
from standout.estimate.power import power
from standout.estimate.tails import Tails
from standout.shadows.memberships import draw_members


def test_cost_is_a_paired_difference_with_an_interval_over_pairs():
    rng = np.random.default_rng(0)
    easy = rng.normal(0.8, 0.05, 64)  # models differ much, and both alike
    before, after = easy, easy - 0.004 + rng.normal(0, 0.001, 64)
    value, (low, high) = cost(before, after)
    by_pair = [(before[m] + before[m + 1] - after[m] - after[m + 1]) / 2 for m in range(0, 64, 2)]
    assert value == pytest.approx(sum(by_pair) / 32)
    error = np.std(by_pair, ddof=1) / np.sqrt(32)
    assert low == pytest.approx(value - 1.96 * error, abs=0.4 * error)
    assert high == pytest.approx(value + 1.96 * error, abs=0.4 * error)
    assert cost(before, before) == (0.0, [0.0, 0.0])


def test_mean_has_the_moments_it_was_given_and_stays_a_share():
    exposure, variance = np.array([0.02, 0.9, 0.4]), np.array([0.001, 0.01, 0.02])
    mean = Mean.of(exposure, variance, spread=2.0)
    assert mean.value == pytest.approx(1.32 / 3) and mean.variance == pytest.approx(2 * 0.031 / 9)
    draws = mean.draws(0)
    assert draws.mean() == pytest.approx(mean.value, abs=0.003)
    assert draws.var() == pytest.approx(mean.variance, rel=0.05)
    assert mean.interval() == pytest.approx(np.quantile(draws, [0.025, 0.975]), abs=0.01)
    tiny = Mean.of(np.array([0.001]), np.array([0.0004]))
    assert 0 <= tiny.interval()[0] <= 0.001 <= tiny.interval()[1] <= 1
    assert Mean(0.3, 0.0).interval() == [0.3, 0.3]


def test_cut_covers_the_true_ratio_as_often_as_it_says():
    """Both means seen with normal errors of known size."""
    rng, covered = np.random.default_rng(1), 0
    for _ in range(120):
        before, after = rng.normal(0.6, 0.03), rng.normal(0.12, 0.02)
        share, ci = cut(Mean(before, 0.03**2), Mean(after, 0.02**2))
        assert share == pytest.approx(1 - after / before) and share and ci and ci[0] <= share <= ci[1]
        covered += ci[0] <= 0.8 <= ci[1]
    assert 0.90 <= covered / 120 <= 0.99
    assert cut(Mean(0.0, 0.0), Mean(0.1, 0.0)) == (None, None)


def simulated(rng, models=48, records=400):
    """Signals (M, N), members and the true exposure (N,) of records whose effects and spreads differ."""
    members = draw_members(np.zeros(records, dtype=int), models, seed=int(rng.integers(1 << 30)), fraction=0.5)
    effect = np.where(rng.random(records) < 0.15, rng.gamma(6, 0.6, records), rng.normal(0.2, 0.2, records))
    scale = np.exp(rng.normal(0, 0.3, records))
    signals = rng.normal(size=members.shape) * scale + np.where(members, effect * scale, 0)
    truth = power(effect * scale, scale**2, np.zeros(records), scale**2, fpr=1e-3)
    return signals.astype(np.float32), members, truth


def test_mean_exposure_covers_the_truth():
    """Records chosen by chance: the prior is theirs. 95 % intervals of the mean of 200 of 400 records."""
    rng, covered = np.random.default_rng(2), 0
    for _ in range(5):
        signals, members, truth = simulated(rng)
        found = estimate(signals, members)
        chosen = rng.random(400) < 0.5
        seen_by = recognised(signals, members, 1e-3, found.tails, found.fit.noise_factor)
        mean = Mean.of(
            found.posterior.exposure[chosen], found.posterior.variance[chosen], spread_of(seen_by, members, chosen)
        )
        low, high = mean.interval()
        covered += low <= truth[chosen].mean() <= high
    assert covered >= 4


def test_recognised_keeps_its_rate_and_comes_near_the_truth():
    signals, members, truth = simulated(np.random.default_rng(3), models=128, records=600)
    found = recognised(signals, members, 1e-2, Tails())
    assert not (found & ~members).any()
    strong = truth > 0.5
    assert Seen.of(found, members, strong).rate == pytest.approx(power_at(signals, members, truth, strong), abs=0.06)
    nothing = np.random.default_rng(4).normal(size=signals.shape)
    false = recognised(nothing, members, 1e-2, Tails())
    assert false.sum() / members.sum() == pytest.approx(0.01, abs=0.003)


def power_at(signals, members, truth, chosen):
    """Mean power at 1 % by the true moments, whose OUT mean is 0."""
    from scipy.special import ndtri
    from scipy.stats import norm

    effect = ndtri(np.clip(truth, 1e-12, 1 - 1e-12)) + ndtri(1 - 1e-3)
    return norm.sf(ndtri(1 - 1e-2) - effect[chosen]).mean()


def test_seen_counts_as_a_loop_does_and_resamples_both_together():
    rng = np.random.default_rng(5)
    members = draw_members(np.zeros(30, dtype=int), 16, seed=0, fraction=0.5)
    before, after = members & (rng.random(members.shape) < 0.6), members & (rng.random(members.shape) < 0.1)
    chosen = np.arange(30) < 12
    one, two = Seen.of(before, members, chosen), Seen.of(after, members, chosen)
    for pair in range(8):
        rows = (2 * pair, 2 * pair + 1)
        assert one.hits[pair] == sum(before[m, i] for m in rows for i in range(12))
        assert one.trials[pair] == sum(members[m, i] for m in rows for i in range(12))
    told = seen(one, two)
    rates = [found[:, :12].sum() / members[:, :12].sum() for found in (before, after)]
    assert (told["before"], told["after"]) == pytest.approx(rates)
    assert told["cut"] == pytest.approx(1 - rates[1] / rates[0])
    assert told["cut_ci"][0] <= told["cut"] <= told["cut_ci"][1]
    same = seen(one, one)
    assert same["cut"] == 0 and same["cut_ci"] == [0.0, 0.0]  # resampled together: no noise between them
    nothing = Seen.of(np.zeros_like(members), members, chosen)
    assert seen(nothing, one)["cut"] is None


def test_spread_tells_dependent_records_from_independent_ones():
    rng = np.random.default_rng(6)
    members = draw_members(np.zeros(100, dtype=int), 400, seed=0, fraction=0.5)
    chosen = np.ones(100, dtype=bool)
    alone = members & (rng.random(members.shape) < 0.3)
    assert spread_of(alone, members, chosen) == pytest.approx(1.0, abs=0.25)
    shared = np.clip(0.3 + 0.1 * rng.choice([-1, 1], 400), 0, 1)[:, None]  # of all records of one model
    together = members & (rng.random(members.shape) < shared)
    # variance of a pair's 100 hits: 100 x .21 less 100 x .01, and 50^2 x .01 x 2 of the models
    assert spread_of(together, members, chosen) == pytest.approx(1 + 2 * 50**2 * 0.01 / 21, rel=0.25)
    assert spread_of(np.zeros_like(members), members, chosen) == 1.0
