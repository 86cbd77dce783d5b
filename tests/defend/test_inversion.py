"""What an attacker solves for, against the true logits, brute force over a grid, and a walk without any help."""

import numpy as np
import pytest

from standout.defend.inversion import share_of, shares, unweighted
from standout.defend.output import LabelOnly, LogitReweighting, Rounding, Temperature, class_means
from standout.recipes.estimators import EstimatorRecipe
from standout.recipes.named import ESTIMATORS


def made(kind, strength=0.0):
    return kind(EstimatorRecipe(ESTIMATORS["logistic-regression"](), {}), np.empty(0, dtype=str), strength)


@pytest.mark.parametrize("weight", [0.02, 0.1, 0.5, 1.0])
def test_logits_are_recovered(golden, weight):
    labels, defence = golden["labels"], made(LogitReweighting, weight)
    for t in range(0, 32, 5):
        z, members = golden["logits"][t].astype(np.float64), golden["memberships"][t].astype(bool)
        published = defence.answers(z, labels, members)
        recovered = defence.inverted(published, z, labels, members)
        assert recovered is not None
        np.testing.assert_allclose(recovered, z, rtol=1e-6, atol=1e-6)


def test_all_solutions_are_found():
    """Each sign change of the condition, on a fine grid, is a solution found, and no other is."""
    rng = np.random.default_rng(0)
    z, mu = rng.normal(size=(300, 4)) * 3, rng.normal(size=(300, 4)) * 3
    weight = 0.3
    s = share_of(z, mu, weight)[:, None]
    published = s * z + (1 - s) * mu
    found = shares(published, mu, weight)
    counts = (~np.isnan(found)).sum(axis=1)
    assert set(counts) == {2}
    grid = np.concatenate([np.linspace(-weight, -1e-6, 20_000), np.linspace(1e-6, weight, 20_000)])
    for k in range(0, 300, 12):
        candidates = mu[k] + (published[k] - mu[k]) / grid[:, None]
        cosine = (candidates @ mu[k]) / np.linalg.norm(candidates, axis=1) / np.linalg.norm(mu[k])
        off = weight * cosine - grid
        crossings = [g for g, a, b in zip(grid, off[:-1], off[1:]) if a * b < 0 and abs(a - b) < 1e-2]
        ours = np.sort(found[k][~np.isnan(found[k])])
        if abs(ours[0] - ours[1]) > 1e-3 and np.abs(ours).min() > 1e-3:
            np.testing.assert_allclose(np.sort(crossings), ours, atol=4e-5)


def test_a_walk_finds_the_right_solution_without_help(golden):
    """From a query at the class mean, where one solution fits, to any other, by answers along the way alone."""
    z, labels = golden["logits"][0].astype(np.float64), golden["labels"]
    means, weight = class_means(z, labels, golden["memberships"][0].astype(bool)), 0.1
    same = z.argmax(axis=1) == labels
    z, mu = z[same][:40], means[labels[same][:40]]
    at = before = 1.5 * mu  # in front of the mean: b > 0, and the cosine is known to be positive
    for step in np.linspace(0, 1, 1000):
        asked = (1 - step) * 1.5 * mu + step * z
        s = share_of(asked, mu, weight)[:, None]
        answer = s * asked + (1 - s) * mu
        found = shares(answer, mu, weight)
        with np.errstate(invalid="ignore", divide="ignore"):
            solutions = mu[:, None] + (answer - mu)[:, None] / found[:, :, None]
        far = np.where(np.isnan(found), np.inf, np.linalg.norm(solutions - (2 * at - before)[:, None], axis=2))
        before, at = at, solutions[np.arange(len(at)), far.argmin(axis=1)]
    np.testing.assert_allclose(at, z, atol=1e-6)


def test_a_query_of_which_nothing_is_told_stays_as_published():
    mu = np.array([[2.0, 0.0], [0.0, 0.0]])
    published = mu.copy()
    np.testing.assert_array_equal(unweighted(published, mu, 0.1, np.zeros(2)), published)
    assert made(LogitReweighting, 0.0).inverted(published, published, np.array([0, 1]), np.ones(2, bool)) is None


def test_what_can_be_inverted():
    z = np.random.default_rng(3).normal(size=(50, 4)) * 5
    labels, members = np.zeros(50, dtype=int), np.ones(50, dtype=bool)
    softer = made(Temperature, 7.0)
    recovered = softer.inverted(softer.answers(z, labels, members), z, labels, members)
    assert recovered is not None
    np.testing.assert_allclose(recovered, z, rtol=1e-14)
    for kind in (Rounding, LabelOnly):
        assert made(kind, 2.0).inverted(z, z, labels, members) is None
