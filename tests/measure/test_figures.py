"""Intervals against a bootstrap that does it the slow way and against simulation; precision by hand."""

import numpy as np
import pytest

from standout.measure.figures import attack_figures, counting_fpr, precision, rate
from standout.measure.intervals import interval, resample_weights, roc_intervals
from standout.measure.overfitting import accuracy_and_gap
from standout.measure.roc import Roc


def some_scores(models=12, records=300, seed=0, strength=0.8):
    rng = np.random.default_rng(seed)
    members = np.empty((models, records), dtype=bool)
    members[::2] = rng.random((models // 2, records)) < 0.5
    members[1::2] = ~members[::2]
    ability = np.repeat(rng.normal(strength, 0.2, models // 2), 2)[:, None]
    return np.round(rng.normal(size=(models, records)) + ability * members, 2), members


def test_intervals_equal_the_slow_bootstrap():
    scores, members = some_scores()
    roc = Roc.of(scores, members)
    auc, at = roc_intervals(scores, members, roc, [0.1, 0.01])
    slow_auc, slow_at = [], {0.1: [], 0.01: []}
    for weights in resample_weights(6):
        chosen = np.concatenate([[2 * j, 2 * j + 1] * int(w) for j, w in enumerate(weights) if w]).astype(int)
        again = Roc.of(scores[chosen], members[chosen])
        slow_auc.append(again.auc())
        for f in slow_at:
            slow_at[f].append(again.at(f)[1])
    assert auc == pytest.approx(interval(np.array(slow_auc)), abs=1e-12)
    for f in slow_at:
        assert at[f] == pytest.approx(interval(np.array(slow_at[f])), abs=1e-12)


def test_thinned_thresholds_hardly_move_the_interval():
    scores, members = some_scores(8, 12_000)
    scores = scores + np.random.default_rng(1).random(scores.shape) * 1e-3  # no ties: many thresholds
    roc = Roc.of(scores, members)
    auc, at = roc_intervals(scores, members, roc, [0.001])
    draws, tpr = [], []
    for weights in resample_weights(4)[:60]:
        chosen = np.concatenate([[2 * j, 2 * j + 1] * int(w) for j, w in enumerate(weights) if w]).astype(int)
        again = Roc.of(scores[chosen], members[chosen])
        draws.append(again.auc())
        tpr.append(again.at(0.001)[1])
    assert auc == pytest.approx(interval(np.array(draws)), abs=0.02)
    assert at[0.001] == pytest.approx(interval(np.array(tpr)), abs=0.005)


@pytest.mark.slow
def test_interval_covers():
    """Pairs differ in how much they leak; the interval holds the truth at about its level."""
    truth = np.mean([Roc.of(*some_scores(40, 2000, seed=900 + s)).auc() for s in range(10)])
    inside = 0
    for seed in range(100):
        scores, members = some_scores(32, 200, seed)
        low, high = roc_intervals(scores, members, Roc.of(scores, members), [])[0]
        inside += low <= truth <= high
    assert 84 <= inside <= 100


@pytest.mark.parametrize(
    ("tpr", "fpr", "prior", "value"),
    [(0.2, 0.001, 0.5, 0.2 / 0.201), (0.2, 0.001, 0.01, 0.002 / 0.00299), (0.1, 0, 0.1, 1.0), (0, 0, 0.5, None)],
)
def test_precision(tpr, fpr, prior, value):
    assert precision(tpr, fpr, prior) == pytest.approx(value)


def test_what_is_not_measurable_is_null():
    scores, members = some_scores()
    block, *_ = attack_figures(scores, members, 0.001)
    assert block["tpr_at_fpr"]["0.001"] is None and block["tpr_at_fpr"]["0.0001"] is None
    assert block["tpr_at_fpr_target_calibrated"]["0.001"] is None
    assert block["tpr_at_fpr"]["0.01"]["tpr"] == Roc.of(scores, members).at(0.01)[1]
    assert block["achieved_fpr"] == Roc.of(scores, members).at(0.01)[2]
    assert counting_fpr(0.001, 1800, 300) == 0.01


def test_rates_are_keys_without_exponent():
    assert [rate(f) for f in (0.01, 0.0001, 1e-5, 0.5, 0.0025)] == ["0.01", "0.0001", "0.00001", "0.5", "0.0025"]


def test_accuracy_by_hand_and_verdicts():
    members = np.array([[1, 1, 0, 0], [0, 0, 1, 1]] * 4, dtype=bool)
    correct = np.where(members, 1.0, 0.5)
    block = accuracy_and_gap(correct, members)
    assert (block["train"], block["test"], block["gap"], block["gap_ci"]) == (1.0, 0.5, 0.5, [0.5, 0.5])
    assert block["verdict"] == "overfitted"
    assert accuracy_and_gap(np.where(members, 1.0, 0.95), members)["verdict"] == "not overfitted"
    assert accuracy_and_gap(np.where(members, 1.0, 0.9), members)["verdict"] == "mildly overfitted"
