"""Each characteristic against loops by hand or a closed form."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import jensenshannon
from sklearn.covariance import ledoit_wolf
from sklearn.ensemble import IsolationForest

from standout.explain import CHARACTERISTICS
from standout.explain.anomaly import FEWEST, isolated, isolation, local_outlier, reconstruction
from standout.explain.association import association, precision_at_k, within_classes
from standout.explain.geometry import centroid_cosine, centroid_distance, centroid_margin, mahalanobis
from standout.explain.label_quality import label_doubt
from standout.explain.mechanism import divergence
from standout.explain.neighbours import TWIN, near_duplicates, neighbour_disagreement, own_class_distance
from standout.explain.rarity import class_rarity, combination_rarity, level_rarity
from tests.explain.simulated import blobs, evidence_of


@pytest.fixture(scope="module")
def evidence():
    x, y = blobs()
    x[7] = x[4]  # a twin of its class: 7 and 4 are both of class 1
    return evidence_of(x, y)


def others(labels, i):
    return [j for j in range(len(labels)) if labels[j] == labels[i] and j != i]


def distances(x, i):
    return np.sqrt(((x.astype(np.float64) - x[i].astype(np.float64)) ** 2).sum(axis=1))


def test_distance_to_the_mean_of_the_others(evidence):
    x, y = evidence.features.astype(float), evidence.dataset.y
    wanted = [np.linalg.norm(x[i] - x[others(y, i)].mean(axis=0)) for i in range(len(y))]
    assert np.allclose(centroid_distance(evidence), wanted)


def test_cosine_to_the_mean_of_the_others(evidence):
    x, y = evidence.features.astype(float), evidence.dataset.y
    x = x - x.mean(axis=0)
    wanted = []
    for i in range(len(y)):
        mean = x[others(y, i)].mean(axis=0)
        wanted.append(1 - x[i] @ mean / np.linalg.norm(x[i]) / np.linalg.norm(mean))
    assert np.allclose(centroid_cosine(evidence), wanted)


def test_mahalanobis_by_the_inverse_of_the_shrunk_covariance(evidence):
    x, y = evidence.features.astype(float), evidence.dataset.y
    within = np.array([x[i] - x[y == y[i]].mean(axis=0) for i in range(len(y))])
    inverse = np.linalg.inv(ledoit_wolf(within, assume_centered=True)[0])
    wanted = []
    for i in range(len(y)):
        away = x[i] - x[others(y, i)].mean(axis=0)
        wanted.append(np.sqrt(away @ inverse @ away))
    assert np.allclose(mahalanobis(evidence), wanted)


def test_margin_to_the_nearest_other_mean(evidence):
    x, y = evidence.features.astype(float), evidence.dataset.y
    wanted = []
    for i in range(len(y)):
        away = [np.linalg.norm(x[i] - x[y == c].mean(axis=0)) for c in np.unique(y) if c != y[i]]
        wanted.append(np.linalg.norm(x[i] - x[others(y, i)].mean(axis=0)) - min(away))
    assert np.allclose(centroid_margin(evidence), wanted, atol=1e-5)


def test_a_record_alone_in_its_class_has_no_geometry():
    x, y = blobs()
    y[0] = 3
    single = evidence_of(x, y)
    for of in (centroid_distance, centroid_cosine, mahalanobis, centroid_margin, own_class_distance, isolation):
        assert np.isnan(of(single)[0]) and np.isfinite(of(single)[1:]).all()


def test_disagreement_of_the_ten_nearest(evidence):
    x, y = evidence.features, evidence.dataset.y
    wanted = []
    for i in range(len(y)):
        away = distances(x, i)
        away[i] = np.inf
        wanted.append(np.mean(y[np.argsort(away)[:10]] != y[i]))
    assert np.allclose(neighbour_disagreement(evidence), wanted)


def test_distance_to_its_class_over_that_to_all(evidence):
    x, y = evidence.features, evidence.dataset.y
    wanted = []
    for i in range(len(y)):
        away = distances(x, i)
        own = np.sort(away[others(y, i)])[4]
        away[i] = np.inf
        wanted.append(own / np.sort(away)[4])
    found = own_class_distance(evidence)
    assert np.allclose(found, wanted, rtol=1e-4) and (found >= 1 - 1e-6).all()


def test_near_duplicates_are_counted_within_a_class(evidence):
    x, y = evidence.features, evidence.dataset.y
    first = [np.sort(np.delete(distances(x, i), i))[0] for i in range(len(y))]
    reach = TWIN * np.median([d for d in first if d > 0])
    wanted = [sum(distances(x, i)[j] <= reach for j in others(y, i)) for i in range(len(y))]
    assert np.array_equal(near_duplicates(evidence), wanted)
    assert near_duplicates(evidence)[[4, 7]].tolist() == [1, 1]
    x, y = blobs()
    x[5] = x[4]  # a copy of another class protects nobody
    assert not near_duplicates(evidence_of(x, y))[[4, 5]].any()


@pytest.mark.parametrize("of", [isolation, local_outlier])
def test_detectors_put_a_far_record_first_and_leave_small_classes_out(of):
    x, y = blobs()
    x[10] += 40 * np.array([1, -1, 1, -1])
    y[: FEWEST - 1] = 3
    found = of(evidence_of(x, y))
    assert np.isnan(found[: FEWEST - 1]).all() and np.isfinite(found[FEWEST - 1 :]).all()
    assert np.nanargmax(np.where(y == y[10], found, np.nan)) == 10
    assert np.isnan(reconstruction(evidence_of(x, y))[: FEWEST - 1]).all()


@pytest.mark.parametrize("records", [8, 70, 700])
def test_isolation_scores_as_scikit_learns_forest(records):
    """Random trees of another draw: as near as two forests of scikit-learn's are to one another."""
    x = np.random.default_rng(5).normal(size=(records, 6)) ** 3
    asked = np.concatenate([x, x[:1] + 20])
    theirs, other = (
        -IsolationForest(n_estimators=400, random_state=seed).fit(x).score_samples(asked) for seed in (1, 2)
    )
    assert np.abs(isolated(x, asked, 400) - theirs).max() <= 3 * np.abs(other - theirs).max() + 1e-9


def test_reconstruction_is_the_distance_from_the_leading_components(evidence):
    x, y = evidence.features.astype(float), evidence.dataset.y
    found = reconstruction(evidence)
    for c in np.unique(y):
        own = x[y == c] - x[y == c].mean(axis=0)
        _, s, v = np.linalg.svd(own, full_matrices=False)
        kept = v[: int(np.searchsorted(np.cumsum(s**2) / (s**2).sum(), 0.9, side="right")) + 1]
        assert np.allclose(found[y == c], np.linalg.norm(own - own @ kept.T @ kept, axis=1), atol=1e-5)


def test_rarity_of_classes_words_and_pairs():
    rng = np.random.default_rng(2)
    table = pd.DataFrame({"a": rng.choice(list("xyz"), 60, p=[0.7, 0.2, 0.1]), "b": rng.choice(list("uv"), 60)})
    table["c"] = np.where(table["a"] == "x", "p", "q")
    table["n"] = rng.normal(size=60)
    y = (np.arange(60) % 3 == 0).astype(int)
    e = evidence_of(table, y)
    share = lambda column, i: np.mean(column == column[i])  # noqa: E731
    words = [table[c].to_numpy() for c in "abc"]
    level, pair = [], []
    for i in range(60):
        level.append(np.mean([-np.log2(share(w, i)) for w in words]))
        together = [
            -np.log2(np.mean((v == v[i]) & (w == w[i]))) + np.log2(share(v, i)) + np.log2(share(w, i))
            for v, w in combinations(words, 2)
        ]
        pair.append(max(together))
    assert np.allclose(level_rarity(e), level)
    assert np.allclose(combination_rarity(e), pair)
    assert np.allclose(class_rarity(e), [-np.log2(share(y, i)) for i in range(60)])


def test_label_doubt_is_the_normalised_margin_less_usual_confidence():
    """cleanlab: p less the mean confidence in each class where it is the label, above 0 by the highest of these,
    normalised; then 1 - (p_y - highest other + 1) / 2 turned into doubt."""
    p = np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.4, 0.6], [0.3, 0.7], [0.6, 0.4], [0.8, 0.2], [0.1, 0.9]])
    y = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    usual = np.array([p[y == 0, 0].mean(), p[y == 1, 1].mean()])
    adjusted = p - usual + usual.max()
    adjusted /= adjusted.sum(axis=1, keepdims=True)
    own, other = adjusted[np.arange(8), y], adjusted[np.arange(8), 1 - y]
    wanted = 1 - ((own - other) + 1) / 2
    assert np.allclose(label_doubt(evidence_of(np.random.default_rng(0).normal(size=(8, 2)), y, p_out=p)), wanted)


def test_divergence_is_that_of_scipy(evidence):
    p, q = evidence.inside.probabilities, evidence.outside.probabilities
    assert np.allclose(divergence(evidence), [jensenshannon(a, b, base=2) ** 2 for a, b in zip(p, q)])


def test_difficulty_is_what_out_models_say(evidence):
    out, of = evidence.outside, lambda name: CHARACTERISTICS[name].values(evidence)
    assert np.array_equal(of("out_loss"), out.losses) and np.array_equal(of("out_error"), out.errors)
    assert np.array_equal(of("out_entropy"), out.entropies) and np.array_equal(of("out_spread"), out.spread)
    assert np.array_equal(of("out_margin"), -out.signals)


def test_strength_within_classes_and_at_k_with_ties():
    rng = np.random.default_rng(4)
    for _ in range(30):
        values, exposed = rng.integers(0, 6, 40).astype(float), rng.random(40) < 0.2
        labels = rng.integers(0, 4, 40)
        exposed[:2] = True, False
        wins = pairs = 0.0
        for i in np.flatnonzero(exposed):
            for j in np.flatnonzero(~exposed & (labels == labels[i])):
                wins += (values[i] > values[j]) + 0.5 * (values[i] == values[j])
                pairs += 1
        found = within_classes(values, exposed, labels)
        assert found is None if not pairs else found == pytest.approx(wins / pairs)
        k, drawn = int(exposed.sum()), []
        for _ in range(400):  # ties in any order
            order = np.lexsort((rng.random(40), -values))
            drawn.append(exposed[order[:k]].mean())
        assert precision_at_k(values, exposed) == pytest.approx(np.mean(drawn), abs=0.05)
        whole = np.mean([(values[i] > values[~exposed]).mean() + 0.5 * (values[i] == values[~exposed]).mean()
                         for i in np.flatnonzero(exposed)])  # fmt: skip
        assert association(values, exposed, values, labels)["auroc"] == pytest.approx(whole)
