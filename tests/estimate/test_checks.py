"""The checks of the estimate: held-out false-positive rate, what can be detected, how far audits repeat."""

import numpy as np
import pytest

from standout.estimate.detectable import detectable
from standout.estimate.estimate import estimate
from standout.estimate.own_rate import own_fpr_seen, too_many
from standout.estimate.posterior import posterior_of
from standout.estimate.power import standard_power
from standout.estimate.prior import fit
from standout.estimate.stability import stability
from standout.moments import moments_of

from .test_exposure import simulated


@pytest.fixture(scope="module")
def audit():
    rng = np.random.default_rng(0)
    members = np.empty((64, 3000), dtype=bool)
    members[::2] = rng.random((32, 3000)) < 0.5
    members[1::2] = ~members[::2]
    signals, truth = simulated(64, 3000, 1, members)
    return signals, members, truth, estimate(signals, members)


def test_own_rate_is_kept(audit):
    signals, members, _, found = audit
    seen = own_fpr_seen(signals, members, found.exposed, 1e-2)
    assert seen["all"] == pytest.approx(1e-2, rel=0.25)
    assert seen["exposed"] < 3e-2 and seen["ci"][0] <= seen["exposed"] <= seen["ci"][1]


def test_own_rate_shows_tails_that_the_normal_lacks(audit):
    _, members, _, found = audit
    rng = np.random.default_rng(2)
    heavy = rng.standard_t(3, size=members.shape)
    assert own_fpr_seen(heavy, members, found.exposed, 1e-3)["all"] > 2e-3


def test_no_exposed_record_has_no_rate(audit):
    signals, members, *_ = audit
    seen = own_fpr_seen(signals, members, np.zeros(3000, bool), 1e-3)
    assert seen["exposed"] is None and seen["ci"] is None


def test_detectable_is_reported_with_80_percent_chance(audit):
    """Make 12 records just that exposed, each at its own level and spread, judge all together, count."""
    signals, members, _, found = audit
    exposed, doubt = found.exposed, found.posterior.doubt
    level = detectable(found, fpr=1e-3, above=0.1)
    assert level is not None and 0.12 < level < 0.6
    effects = np.linspace(0, 5, 5001)
    effect = np.interp(level, standard_power(effects, 1.0, 1e-3), effects)
    rng = np.random.default_rng(4)
    out = np.where(members, np.nan, signals)
    centre, spread = np.nanmean(out, axis=0), np.nanstd(out, axis=0)
    shares = []
    for _ in range(10):
        with_plants = signals.copy()
        plants = rng.choice(np.flatnonzero(~exposed), 12, replace=False)
        noise = rng.normal(size=(64, 12))
        with_plants[:, plants] = centre[plants] + spread[plants] * (noise + effect * members[:, plants])
        again = posterior_of(fit(moments_of(with_plants, members)), tails=found.tails).doubt
        shares.append((again[plants] <= max(doubt[exposed].max(), 0.05)).mean())
    assert np.mean(shares) == pytest.approx(0.8, abs=0.12)


def test_more_models_detect_less(audit):
    signals, members, _, found = audit
    small = detectable(found, fpr=1e-3, above=0.1)
    large = detectable(estimate(signals[:16], members[:16]), fpr=1e-3, above=0.1)
    assert small is not None and (large is None or large > small)


def test_stability_is_near_its_limit(audit):
    """The simulation is as the model supposes, so what repeats is what sampling lets repeat."""
    signals, members, _, found = audit
    seen = stability(signals, members, found, int(found.exposed.sum()), fpr=1e-3)
    assert seen["models"] == 32
    assert seen["jaccard"] == pytest.approx(seen["limit"], abs=0.2)


@pytest.mark.parametrize(
    ("seen", "trials", "fpr", "accused"),
    [
        (0.25, 4, 1e-3, 1),  # chance 1 - .999 ** 4 = .004
        (0.1, 10, 1e-3, 1),  # .00996
        (1 / 11, 11, 1e-3, None),  # .01095
        (1e-3, 32_000, 1e-3, None), (1.5e-3, 64_000, 1e-3, None),
        (2e-3, 32_000, 1e-3, 64), (None, 0, 1e-3, None), (0.0, 500, 1e-3, None),
    ],
)  # fmt: skip
def test_more_accusations_than_the_rate_allows_are_told(seen, trials, fpr, accused):
    assert too_many(seen, trials, fpr) == accused
