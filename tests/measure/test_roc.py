"""The ROC against scikit-learn, published numbers, and loops over every threshold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from standout.measure.roc import Roc, measurable

scores_and_members = st.lists(
    st.tuples(st.integers(0, 6).map(float), st.booleans()), min_size=2, max_size=60
).filter(lambda rows: 0 < sum(m for _, m in rows) < len(rows))  # fmt: skip


@given(scores_and_members, st.floats(0, 1))
def test_against_every_threshold(rows, fpr):
    scores, members = np.array([s for s, _ in rows]), np.array([m for _, m in rows])
    roc = Roc.of(scores, members)
    assert roc.auc() == pytest.approx(roc_auc_score(members, scores), abs=1e-12)
    best, advantage = (np.inf, 0.0, 0.0), 0.0
    for threshold in sorted(set(scores), reverse=True):
        flagged = scores >= threshold
        tpr, rate = flagged[members].mean(), flagged[~members].mean()
        advantage = max(advantage, tpr - rate)
        if rate <= fpr:
            best = (threshold, tpr, rate)
    assert roc.at(fpr) == pytest.approx(best)
    assert roc.advantage() == pytest.approx(advantage)


def test_agrees_with_published_code(golden):
    """Per model: achieved FPR, threshold and TPR at .001, .01, .1, all points kept; and the AUC."""
    scores, members = golden["lira_online_loo__lira_analysis"], golden["memberships"]
    published = golden["target_calibrated_online__lira_analysis"]
    for model in range(32):
        roc = Roc.of(scores[model], members[model])
        assert roc.auc() == pytest.approx(golden["auc_per_model_online__lira_analysis"][model], abs=1e-12)
        for row, fpr in enumerate((0.001, 0.01, 0.1)):
            _, tpr, achieved = roc.at(fpr)
            assert (achieved, tpr) == pytest.approx(tuple(published[row, model, [0, 6]]), abs=1e-12)


def test_a_tied_block_that_would_cross_is_not_admitted():
    scores = np.array([3.0, 2, 2, 2, 1])
    members = np.array([True, True, False, False, False])
    assert Roc.of(scores, members).at(0.4) == (3.0, 0.5, 0.0)
    assert Roc.of(scores, members).at(2 / 3) == (2.0, 1.0, 2 / 3)


def test_constant_scores_are_chance():
    roc = Roc.of(np.zeros(10), np.arange(10) < 5)
    assert (roc.auc(), roc.advantage(), roc.at(0.5)) == (0.5, 0.0, (float("inf"), 0.0, 0.0))


@pytest.mark.parametrize(
    ("fpr", "negatives", "records", "can"),
    [(0.001, 57504, 1797, True), (0.0001, 57504, 1797, False), (0.001, 9999, 5000, False), (0.001, 10000, 1000, True),
     (0.001, 50000, 999, False)],
)  # fmt: skip
def test_measurable(fpr, negatives, records, can):
    assert measurable(fpr, negatives, records) is can


def test_outline_is_on_the_curve():
    rng = np.random.default_rng(0)
    members = rng.random(5000) < 0.5
    roc = Roc.of(rng.normal(size=5000) + members, members)
    fpr, tpr = roc.outline()
    assert len(fpr) < 900 and (np.diff(fpr) >= 0).all() and (np.diff(tpr) >= 0).all()
    assert all(roc.at(f)[1] == t for f, t in zip(fpr[1:], tpr[1:]))
