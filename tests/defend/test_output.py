"""Defences of answers against published numbers, the paper's rule in a loop, and what they promise."""

import numpy as np
import pytest

from standout.defend.output import LabelOnly, LogitReweighting, Rounding, Temperature, class_means, reweighted
from standout.recipes.estimators import EstimatorRecipe
from standout.recipes.named import ESTIMATORS
from standout.signals import log_softmax


def made(kind, strength=0.0):
    return kind(EstimatorRecipe(ESTIMATORS["logistic-regression"](), {}), np.empty(0, dtype=str), strength)


def test_logit_reweighting_is_the_published_one(golden):
    for k, t in enumerate(golden["targets"]):
        z, members = golden["logits"][t].astype(np.float64), golden["memberships"][t].astype(bool)
        means = class_means(z, golden["labels"], members)
        np.testing.assert_allclose(means, golden["class_centroids__mia_analysis"][k], rtol=0, atol=1e-12)
        ours = reweighted(z, means, 0.1)
        np.testing.assert_allclose(ours, golden["reweighted_logits__mia_analysis"][k], rtol=0, atol=1e-12)


def test_logit_reweighting_sees_members_alone(golden):
    z, labels = golden["logits"][0].astype(np.float64), golden["labels"]
    members = golden["memberships"][0].astype(bool)
    other = z.copy()
    other[~members] = np.random.default_rng(0).normal(size=other[~members].shape)
    first, second = (made(LogitReweighting, 0.1).answers(a, labels, members) for a in (z, other))
    np.testing.assert_array_equal(first[members], second[members])


def test_a_class_without_a_member_is_drawn_to_all_members():
    z, labels = np.eye(3)[[0, 1, 2, 0]] * 5.0, np.array([0, 1, 2, 0])
    members = np.array([True, True, False, True])
    means = class_means(z, labels, members)
    np.testing.assert_allclose(means[2], z[members].mean(axis=0))
    np.testing.assert_allclose(means[0], z[0])


def test_a_weight_of_one_leaves_a_record_at_the_mean_and_keeps_others_between():
    z = np.array([[2.0, 0, 0], [1.0, 1.5, 0]])
    means = np.array([[2.0, 0, 0], [0, 3.0, 0], [0, 0, 1.0]])
    out = reweighted(z, means, 1.0)
    np.testing.assert_allclose(out[0], z[0])
    s = (z[1] @ means[1]) / np.linalg.norm(z[1]) / 3
    np.testing.assert_allclose(out[1], s * z[1] + (1 - s) * means[1])


@pytest.mark.parametrize("kind", [Temperature, Rounding, LabelOnly])
def test_the_predicted_class_stays(kind):
    z = np.random.default_rng(1).normal(size=(200, 5)) * 4
    out = made(kind, 3).answers(z, np.zeros(200, dtype=int), np.ones(200, dtype=bool))
    assert np.isfinite(out).all()
    np.testing.assert_array_equal(out.argmax(axis=1), z.argmax(axis=1))


def test_rounding_gives_so_many_values():
    z = np.random.default_rng(1).normal(size=(500, 4)) * 3
    out = made(Rounding, 1).answers(z, np.zeros(500, dtype=int), np.ones(500, dtype=bool))
    assert len(np.unique(np.round(np.exp(out), 9))) <= 11
    p = np.exp(log_softmax(z))
    assert np.abs(np.where(np.exp(out) > 0.05, np.exp(out), 0) - p).max() <= 0.05 + 1e-9
