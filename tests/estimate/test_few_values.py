"""Models that answer with a few values: planted leaks are found, and memberships that mean nothing report nobody."""

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from standout.attacks.smoothing import choose_smoothing
from standout.data.builtin import digits
from standout.estimate import exposure
from standout.estimate.agreement import LEAST, cautious
from standout.flows.checks.planted import with_false_labels
from standout.moments import moments_of
from standout.shadows.memberships import draw_members
from standout.signals import log_probabilities, rescaled_logit, smooth

MODELS = 32
RECIPES = {
    "1-nn": lambda seed: KNeighborsClassifier(1),
    "tree": lambda seed: DecisionTreeClassifier(random_state=seed),
}


@pytest.fixture(scope="module", params=RECIPES)
def audited(request):
    """(smoothed signals (M, N), members (M, N), planted (N,)) of digits with 20 false labels."""
    data, planted = with_false_labels(digits().take(np.arange(1000)), 20)
    x, members = np.asarray(data.x, dtype=np.float64).reshape(len(data), -1), draw_members(data.y, MODELS, seed=7)
    fitted = [RECIPES[request.param](seed).fit(x[m], data.y[m]) for seed, m in enumerate(members)]
    signals = [rescaled_logit(log_probabilities(model.predict_proba(x)), data.y) for model in fitted]
    rounded = np.array(signals)
    return smooth(rounded, choose_smoothing(rounded, members).overall), members, planted


def test_planted_labels_are_found(audited):
    signals, members, planted = audited
    found = exposure(signals, members).exposed.to_numpy()
    assert found[planted].sum() >= 15
    assert found[~planted].sum() <= 0.03 * (~planted).sum()


def test_shuffled_memberships_report_hardly_anybody(audited):
    signals, _, _ = audited
    records = np.zeros(signals.shape[1], dtype=int)
    audits = [exposure(signals, draw_members(records, MODELS, seed=100 + i)).exposed.sum() for i in range(5)]
    assert sum(audits) <= 1, audits


@pytest.mark.parametrize("rates", ["all rare", "few unsure"])
def test_answers_of_0_or_1_that_know_nothing_report_hardly_anybody(rates, paired):
    total = 0
    for seed in range(5):
        rng = np.random.default_rng(seed)
        members = paired(MODELS, 1000, seed=seed)
        rate = (
            np.full(1000, 0.02) if rates == "all rare" else np.where(rng.random(1000) < 0.95, 0.001, rng.random(1000))
        )
        total += int(exposure(np.where(rng.random(members.shape) < rate, -4.6, 4.6), members).exposed.sum())
    assert total <= 1


def test_agreement_leaves_some_variance_and_other_signals_as_they_are(paired):
    members = paired(16, 500, seed=1)
    signals = np.random.default_rng(1).normal(size=(16, 500))
    usual = moments_of(signals, members)
    assert np.mean(cautious(usual).outside.squares == usual.outside.squares) > 0.99
    signals[:, 0] = 3.0
    raised = cautious(moments_of(signals, members))
    assert raised.inside.squares[0] == raised.outside.squares[0] == pytest.approx(LEAST, rel=0.1)
