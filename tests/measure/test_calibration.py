"""Thresholds from shadow models alone, against loops over pairs and every threshold."""

import numpy as np
import pytest

from standout.measure.calibration import shadow_calibrated
from standout.measure.figures import attack_figures
from tests.measure.test_figures import some_scores


def slow(scores, members, fpr):
    """(mean TPR, mean FPR): for each pair the lowest score of another pair's non-member that few enough lie above."""
    rates = []
    for t in range(len(scores)):
        others = [m for m in range(len(scores)) if m not in (t, t ^ 1)]
        outside = scores[others][~members[others]]
        threshold = min(v for v in np.unique(outside) if (outside > v).sum() <= fpr * len(outside) + 1e-9)
        flagged = scores[t] > threshold
        rates.append((flagged[members[t]].mean(), flagged[~members[t]].mean()))
    return np.mean(rates, axis=0)


@pytest.mark.parametrize("decimals", [0, 1, 6])
@pytest.mark.parametrize("models", [4, 12])
def test_equals_the_loops(decimals, models):
    """With ties and without; pairs differ in level, so that a threshold from others misses its rate."""
    scores, members = some_scores(models, 200)
    level = np.repeat(np.random.default_rng(5).normal(0, 0.5, models // 2), 2)[:, None]
    noise = np.random.default_rng(6).normal(0, 0.01, scores.shape)
    scores = np.round(scores + level + noise, decimals)
    fprs = [0.4, 0.1, 0.05]
    found = shadow_calibrated(scores, members, fprs)
    for f in fprs:
        cell = found[f]
        assert cell is not None
        assert (cell["tpr"], cell["fpr"]) == pytest.approx(tuple(slow(scores, members, f)), abs=1e-12)


def test_models_that_draw_their_members_on_their_own():
    """Pairs with unequal numbers of non-members."""
    scores, _ = some_scores(8, 150)
    members = np.random.default_rng(1).random(scores.shape) < np.linspace(0.2, 0.8, 8)[:, None]
    cell = shadow_calibrated(scores, members, [0.1])[0.1]
    assert cell is not None
    assert (cell["tpr"], cell["fpr"]) == pytest.approx(tuple(slow(scores, members, 0.1)), abs=1e-12)


def test_a_target_unlike_the_others_gets_another_rate():
    """The last pair's scores are 3 higher: judged by the others, its non-members are accused far too often."""
    scores, members = some_scores(6, 400, strength=0)
    scores[4:] += 3
    cell = shadow_calibrated(scores, members, [0.05])[0.05]
    assert cell is not None and cell["fpr"] > 0.25
    same = shadow_calibrated(scores - 3 * (np.arange(6) >= 4)[:, None], members, [0.05])[0.05]
    assert same is not None and same["fpr"] == pytest.approx(0.05, abs=0.02)


def test_equal_scores_accuse_nobody():
    _, members = some_scores(6, 400)
    assert shadow_calibrated(np.ones(members.shape), members, [0.1]) == {0.1: {"tpr": 0.0, "fpr": 0.0}}


def test_null_where_other_pairs_have_too_few_non_members():
    """4 models of 1,000 records: 2,000 non-member scores in all measure 0.5 %, the 1,000 of the other pair do not."""
    scores, members = some_scores(4, 1000)
    assert shadow_calibrated(scores, members, [0.005])[0.005] is None
    block, *_ = attack_figures(scores, members, 0.005)
    assert block["tpr_at_fpr"]["0.005"] is not None and block["shadow_calibrated"]["0.005"] is None
    assert shadow_calibrated(*some_scores(6, 1100), [0.005])[0.005] is not None
