"""What is missed, and what more models would miss or detect: against simulations whose truth is known."""

import numpy as np
import pytest

from standout.estimate.detectable import detectable
from standout.estimate.discovery import missed
from standout.estimate.estimate import estimate
from standout.estimate.foresight import missed_with
from standout.estimate.replay import plausible_effects

from .test_exposure import simulated

RATES = {"fpr": 1e-3, "above": 0.1}


def test_missed_is_a_share_of_the_expected():
    doubt = np.array([0.0, 0.5, 0.75, 1.0])
    assert missed(doubt, np.array([True, False, False, False])) == pytest.approx(0.75 / 1.75)
    assert missed(doubt, np.array([True, True, True, False])) == 0
    assert missed(np.full(9, 0.9), np.zeros(9, bool)) is None, "fewer than one is expected"


@pytest.fixture(scope="module")
def audits():
    """Audits of 16, 32 and 64 models on each of four simulated data sets: [(models, truth, estimate)]."""
    out = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        members = np.empty((64, 3000), dtype=bool)
        members[::2] = rng.random((32, 3000)) < 0.5
        members[1::2] = ~members[::2]
        signals, truth = simulated(64, 3000, seed, members)
        out += [(m, truth, estimate(signals[:m], members[:m], **RATES)) for m in (16, 32, 64)]
    return out


@pytest.mark.parametrize("models", [32, 64])
def test_expected_number_of_missed_records_is_that_of_the_truth(audits, models):
    """Over data sets together, since each has two dozen exposed records only."""
    expected = true = 0.0
    for count, truth, found in audits:
        if count == models:
            expected += (1 - found.posterior.doubt)[~found.exposed].sum()
            true += (truth[~found.exposed] > 0.1).sum()
    assert true > 5
    assert abs(expected - true) < 2.5 * np.sqrt(true), (expected, true)


def test_as_many_models_miss_as_much(audits):
    seen = [missed(found.posterior.doubt, found.exposed) for _, _, found in audits]
    again = [missed_with(found, 1.0, **RATES) for _, _, found in audits]
    assert np.mean(again) == pytest.approx(np.mean([s for s in seen if s is not None]), abs=0.08)


def test_foreseen_missed_is_what_larger_audits_show(audits):
    """On the mean over data sets: single ones scatter by a tenth."""
    foreseen = [missed_with(found, 2.0, **RATES) for count, _, found in audits if count == 32]
    seen = [missed(found.posterior.doubt, found.exposed) for count, _, found in audits if count == 64]
    assert np.mean(foreseen) == pytest.approx(np.mean([s for s in seen if s is not None]), abs=0.08)


@pytest.mark.parametrize(("models", "share"), [(16, 2.0), (32, 2.0), (16, 4.0)])
def test_foreseen_detectable_is_what_larger_audits_show(audits, models, share):
    foreseen = [detectable(found, share=share, **RATES) for count, _, found in audits if count == models]
    seen = [detectable(found, **RATES) for count, _, found in audits if count == models * share]
    ratio = np.mean([s for s in foreseen if s]) / np.mean([s for s in seen if s])
    assert 1 / 1.3 < ratio < 1.3, (foreseen, seen)


def test_effects_are_drawn_apart_from_each_other(audits):
    """Records that look alike get different effects, and on the mean those of their posterior."""
    fitted = audits[-1][2].fit
    weights = fitted.prior.at(fitted.covariate)
    rng = np.random.default_rng(0)
    drawn = np.stack([plausible_effects(fitted, weights, rng) for _ in range(40)])
    centred = drawn - drawn.mean(axis=0)
    scale = centred / centred.std(axis=0)
    between = (scale.mean(axis=1) ** 2).mean()  # 1 / N where records are independent, 1 where all move together
    assert between < 5 / drawn.shape[1]
    estimated = fitted.evidence.gap * np.exp(-fitted.evidence.log_variance / 2)
    top = np.argsort(-estimated)[:20]
    assert drawn[:, top].mean() == pytest.approx(estimated[top].mean(), rel=0.2)
