"""Precision per record by hand, and its interval against a bootstrap done the slow way."""

import numpy as np
import pytest

from standout.measure.figures import PRIORS, attack_figures, counting_fpr, rate
from standout.measure.intervals import Curves, interval, resample_weights
from standout.measure.precision import precision, precision_interval, record_precision
from standout.measure.roc import Roc
from tests.measure.test_figures import some_scores


def slow_bootstrap(scores, members, fpr, prior):
    """Precision of each resample of pairs: the pairs themselves put together, the threshold found anew."""
    draws = []
    for weights in resample_weights(len(scores) // 2):
        chosen = np.concatenate([[2 * j, 2 * j + 1] * int(w) for j, w in enumerate(weights) if w]).astype(int)
        threshold = Roc.of(scores[chosen], members[chosen]).at(fpr)[0]
        flagged = scores[chosen] >= threshold
        tpr, achieved = flagged[members[chosen]].mean(), flagged[~members[chosen]].mean()
        draws.append(precision(tpr, achieved, prior))
    return draws


@pytest.mark.parametrize("fpr", [0.1, 0.01])
@pytest.mark.parametrize("prior", PRIORS)
def test_interval_equals_the_slow_bootstrap(fpr, prior):
    scores, members = some_scores(strength=1.5)
    curves = Curves.of(scores, members, Roc.of(scores, members))
    draws = slow_bootstrap(scores, members, fpr, prior)
    assert precision_interval(curves, fpr, prior) == pytest.approx(interval(np.array(draws)), abs=1e-12)


def test_the_summary_holds_the_interval_at_the_rate_at_which_precision_is_taken():
    scores, members = some_scores(strength=1.5)
    block, roc, _ = attack_figures(scores, members, 0.001)
    counted = counting_fpr(0.001, roc.negatives, scores.shape[1])
    for prior in PRIORS:
        low, high = block["precision_at_prior_ci"][rate(prior)]
        assert [low, high] == pytest.approx(interval(np.array(slow_bootstrap(scores, members, counted, prior))))
        assert low <= block["precision_at_prior"][rate(prior)] <= high


def test_where_a_resample_flags_nothing_there_is_no_interval():
    """All scores of the last pair but a few are equal and highest: resamples that hold it reach no small rate."""
    scores, members = some_scores()
    scores[-2:] = 99
    draws = slow_bootstrap(scores, members, 0.01, 0.5)
    assert None in draws and any(d is not None for d in draws)
    curves = Curves.of(scores, members, Roc.of(scores, members))
    assert precision_interval(curves, 0.01, 0.5) is None
    block, *_ = attack_figures(np.zeros(scores.shape), members, 0.01)
    assert block["precision_at_prior"] == block["precision_at_prior_ci"] == dict.fromkeys(("0.5", "0.1", "0.01"))


def test_of_a_record_by_counting_accusations():
    """At equal odds: as many trials of either kind, drawn with replacement; counted one by one."""
    hits, trials = np.array([3, 0, 4, 0, 1]), np.array([4, 4, 4, 4, 5])
    false_hits, false_trials = np.array([1, 2, 0, 0, 1]), np.array([4, 4, 4, 4, 3])
    ours = record_precision(hits, trials, false_hits, false_trials)
    for i in range(5):
        n = trials[i] * false_trials[i]  # so many trials of each kind hold every trial equally often
        true = sum(1 for k in range(n) if k % trials[i] < hits[i])
        false = sum(1 for k in range(n) if k % false_trials[i] < false_hits[i])
        assert ours[i] == pytest.approx(true / (true + false) if true + false else np.nan, nan_ok=True)
    assert np.isnan(ours[3]) and ours[2] == 1 and ours[1] == 0
