"""Targets of --until-stable, and the number of models that would meet them."""

import numpy as np
import pytest

import standout.flows.targets as module
from standout.estimate.detectable import detectable
from standout.estimate.estimate import estimate
from standout.flows.targets import Target, at_most, rounded_up, targets_of, would_need

from ..estimate.test_exposure import simulated

RATES = {"fpr": 1e-3, "above": 0.1}
MET = Target(1.0, 0.0, True)


def need(models, budget, estimated=None, **targets):
    return would_need(targets, estimated, models, budget, **RATES)


def test_a_half_width_is_judged():
    assert at_most(0.01, [0.5, 0.52]).met is True
    assert at_most(0.01, [0.5, 0.53]) == Target(0.01, pytest.approx(0.015), False)


@pytest.mark.parametrize(("seen", "models"), [(0.02, 400), (0.03, 900), (0.0101, 104)])
def test_intervals_shrink_with_the_root_of_the_number(seen, models):
    found = need(100, 100, auc=Target(0.01, seen, False), gap=MET)
    assert found == pytest.approx(models, rel=0.1) and found >= models - 2 and found % 2 == 0


def test_the_worst_target_decides():
    assert need(100, 100, auc=Target(0.01, 0.02, False), gap=Target(0.01, 0.03, False)) >= 900


def test_out_of_reach_is_none():
    assert need(100, 100, auc=Target(0.01, 0.0401, False)) is None
    assert need(100, 200, auc=Target(0.01, 0.0401, False)) == 1700


def test_what_simulation_never_meets_is_none(monkeypatch):
    monkeypatch.setattr(module, "detectable", lambda *_, **__: None)
    assert need(100, 100, detectable=Target(0.5, None, False)) is None


def test_simulated_targets_are_found_by_bisection(monkeypatch):
    monkeypatch.setattr(module, "detectable", lambda _, share, **__: 2 / share)
    monkeypatch.setattr(module, "missed_with", lambda _, share, **__: 0.2 / share)
    assert need(100, 100, detectable=Target(0.5, 0.9, False)) == pytest.approx(400, rel=0.08)
    # the simulation sees half of what the audit saw, now and with more models: .4 now, a third at 1.2 times
    assert need(100, 100, missed=Target(1 / 3, 0.4, False)) == pytest.approx(120, rel=0.1)
    both = {"missed": Target(1 / 3, 0.4, False), "detectable": Target(0.5, 0.9, False)}
    assert need(100, 100, **both) == pytest.approx(400, rel=0.08)


@pytest.mark.parametrize(("value", "beyond", "is_"), [(871.2, 512, 880), (66.1, 24, 68), (8.0, 8, 10), (1201, 9, 1300)])
def test_two_digits_even_and_more_than_there_were(value, beyond, is_):
    assert rounded_up(value, beyond) == is_


def simulation(models, seed, records=1000, **more):
    rng = np.random.default_rng(seed)
    members = np.empty((128, records), dtype=bool)
    members[::2] = rng.random((64, records)) < 0.5
    members[1::2] = ~members[::2]
    signals, _ = simulated(128, records, seed, members, **more)
    return signals[:models].astype(np.float32), members[:models]


def test_nobody_exposed_asks_for_no_reported_record():
    signals, members = simulation(64, 0, leak=False)
    found = estimate(signals, members, **RATES)
    targets = targets_of(found, signals, members, [0.0, 0.001], **RATES)
    assert not found.exposed.any()
    assert targets["false_discoveries"] == Target(0.05, None, True)
    assert targets["missed"].met and targets["missed"].seen is None
    assert targets["gap"].met and targets["auc"].seen is not None


@pytest.mark.slow
@pytest.mark.parametrize(("models", "target"), [(16, 0.5), (32, 0.3)])
def test_as_many_models_as_are_asked_for_detect_what_they_must(models, target, monkeypatch):
    """On the mean over data sets, 1.5 times the number is enough and the number over 1.5 is not."""
    monkeypatch.setattr(module, "DETECTABLE", target)

    def audits(count):
        return [estimate(*simulation(count, seed, 2000), **RATES) for seed in range(4)]

    needs = []
    for found in audits(models):
        unmet = Target(target, detectable(found, **RATES), False)
        needs.append(would_need({"detectable": unmet}, found, models, 64, **RATES))
    number = np.exp(np.mean(np.log(needs)))
    for factor, enough in ((1.5, True), (1 / 1.5, False)):
        seen = [detectable(found, **RATES) or 1.0 for found in audits(round(number * factor / 2) * 2)]
        assert bool(np.mean(seen) <= target) is enough, (needs, factor, seen)
