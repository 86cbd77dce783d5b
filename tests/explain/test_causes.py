"""Who may speak of causes, and what is said of records whose cause is known."""

import numpy as np
import pytest

from standout.explain import CHARACTERISTICS
from standout.explain import association as module
from standout.explain.association import association
from standout.explain.causes import ACTIONS, CAUSES, verdicts
from standout.explain.rivals import Rivals
from standout.explain.speaking import LEVEL, separates, speakers
from tests.explain.simulated import blobs, evidence_of

LABEL, ALONE, MIDDLE, FEW = 0, 1, 2, slice(3, 7)


@pytest.fixture(scope="module")
def planted():
    """400 records of four classes: a false label, one far from all, one between two, a class of four; and 11 more
    false labels, so that characteristics separate. Models say what is nearest."""
    x, y = blobs(400, 4, 6, apart=3.0)
    middles = np.array([x[y == c].mean(axis=0) for c in range(4)])
    label = y.copy()
    label[[LABEL, *range(20, 31)]] = (y[[LABEL, *range(20, 31)]] + 1) % 4
    x[ALONE] = middles.mean(axis=0) + 25
    a, b = label[MIDDLE], (label[MIDDLE] + 1) % 4
    x[MIDDLE] = 0.45 * middles[a] + 0.55 * middles[b]
    label[FEW] = 4
    away = ((x[:, None] - middles) ** 2).sum(axis=2)
    p = np.exp(-(away - away.min(axis=1, keepdims=True)) / 4)
    p = np.column_stack([p, np.zeros(len(x))]) + 1e-3
    p /= p.sum(axis=1, keepdims=True)
    evidence = evidence_of(x, label, p_out=p)
    values = {n: c.values(evidence) for n, c in CHARACTERISTICS.items()}
    values = {n: v for n, v in values.items() if np.isfinite(v).any()}
    exposed = np.zeros(400, dtype=bool)
    exposed[[LABEL, ALONE, MIDDLE, *range(3, 7), *range(20, 31)]] = True
    return evidence, values, exposed


def strengths_of(values, exposed):
    return {n: association(v, exposed, exposed.astype(float)) for n, v in values.items()}


def test_records_of_known_cause_get_it_with_evidence_and_an_action(planted):
    evidence, values, exposed = planted
    said = verdicts(evidence, values, strengths_of(values, exposed), exposed)
    names = evidence.records.classes
    own, true = names[evidence.records.y[LABEL]], names[evidence.records.y[LABEL] - 1]
    assert said.cause[LABEL] == "suspect label" and said.action[LABEL] == "check the label"
    around = int((evidence.records.labels[evidence.neighbours[LABEL]] == true).sum())
    p = evidence.outside.probabilities[LABEL].max()
    assert said.reason[LABEL] == (
        f"labelled {own}; {around} of its 10 nearest neighbours are {true}; models that never saw it say {true} with "
        f"{p:.0%}"
    )
    assert (said.cause[20:31] == "suspect label").sum() >= 9  # of 11
    assert said.cause[ALONE] == "outlier" and "farther off" in said.reason[ALONE]
    assert said.cause[MIDDLE] == "between classes"
    assert (said.cause[FEW] == "rare").all() and "one of only 4 records" in said.reason[3]
    assert (said.cause[~exposed] == "").all() and (said.reason[~exposed] == "").all()
    assert set(said.cause[exposed]) <= set(CAUSES) <= set(ACTIONS)


def test_any_records_can_be_judged_as_if_they_were_exposed(planted):
    evidence, values, exposed = planted
    clean = np.flatnonzero(~exposed)
    said = verdicts(evidence, values, strengths_of(values, exposed), exposed, judge=clean)
    assert (said.cause[exposed] == "").all() and (said.cause[clean] != "").all()
    assert (said.cause[clean] == "suspect label").mean() <= 0.05


@pytest.mark.parametrize("keep", ["nothing", "mechanism"])
def test_what_does_not_separate_or_is_mechanism_does_not_speak(planted, keep):
    evidence, values, exposed = planted
    strengths = strengths_of(values, exposed)
    for name, strength in strengths.items():
        mechanism = CHARACTERISTICS[name].group == "mechanism"
        auroc = 0.99 if mechanism and keep == "mechanism" else 0.55
        strengths[name] = {**strength, "auroc": auroc, "ci": [auroc - 0.01, auroc + 0.01]}
    said = verdicts(evidence, values, strengths, exposed)
    assert set(said.cause[exposed]) == {"unexplained"}
    assert speakers(values, strengths, exposed) == ({"divergence"} if keep == "mechanism" else set())


def test_with_exposure_shuffled_nothing_is_significant_more_often_than_the_level_says(planted, monkeypatch):
    monkeypatch.setattr(module, "RESAMPLES", 100)  # of the interval, which decides nothing here
    _, values, exposed = planted
    rng = np.random.default_rng(0)
    shuffles, found = 200, {"any": 0, "speaks": 0}
    for _ in range(shuffles):
        shuffled = rng.permutation(exposed)
        strengths = strengths_of(values, shuffled)
        found["any"] += bool(speakers(values, strengths, shuffled, floor=0.5))
        found["speaks"] += bool(speakers(values, strengths, shuffled))
    bound = shuffles * LEVEL + 2.33 * np.sqrt(shuffles * LEVEL * (1 - LEVEL))
    assert found["speaks"] <= found["any"] <= bound
    assert found["any"] > 0  # it is a test, not a wall


def test_a_larger_family_asks_for_more():
    strength = {"auroc": 0.68, "ci": [0.55, 0.8]}
    assert separates(strength, 20, 500) and not separates(strength, 20, 500, family=20)
    assert separates({"auroc": 0.9, "ci": [0.8, 0.95]}, 20, 500, family=20)
    assert not separates({"auroc": 0.59, "ci": [0.58, 0.6]}, 2000, 5000)
    assert not separates({"auroc": None, "ci": None}, 0, 5)


def test_ways_between_the_nearest_of_two_classes_by_hand(planted):
    evidence, _, _ = planted
    x = evidence.features.astype(float)
    rivals = Rivals(evidence)
    a, b = rivals.rows(0), rivals.rows(1)
    for those in (b[:7], a[:3]):
        wanted = []
        for i in those:
            means = []
            for rows in (a, b):
                rows = np.array([j for j in rows if j != i])
                means.append(x[rows[np.argsort(np.linalg.norm(x[rows] - x[i], axis=1))[:10]]].mean(axis=0))
            gap = means[1] - means[0]
            wanted.append((x[i] - means[0]) @ gap / (gap @ gap))
        assert np.allclose(rivals.local_way(those, a, b), wanted)
    assert rivals.local_way(b[:1], a, b[:1]).tolist() == [1.0]  # no other of its class


def test_places_between_a_class_and_its_rival_by_hand(planted):
    evidence, _, _ = planted
    y, x, p = evidence.records.y, evidence.features.astype(float), evidence.outside.probabilities
    i, own, rival = MIDDLE, y[MIDDLE], (y[MIDDLE] + 1) % 4
    found = Rivals(evidence).between(i, int(rival))
    a, b = [j for j in range(400) if y[j] == own and j != i], np.flatnonzero(y == rival)
    gap = x[b].mean(axis=0) - x[a].mean(axis=0)
    way = [float((x[j] - x[a].mean(axis=0)) @ gap / (gap @ gap)) for j in range(400)]
    lean = [float(np.log((p[j, own] + 1e-4) / (p[j, rival] + 1e-4))) for j in range(400)]
    assert found.way == pytest.approx(way[i])
    assert found.along == pytest.approx(np.mean([way[j] < way[i] for j in b]))
    assert found.lean == pytest.approx(np.mean([lean[j] > lean[i] for j in b]))
    assert found.among == pytest.approx(np.mean([lean[j] > lean[i] for j in a]))
    assert found.odds == pytest.approx((p[i, own] + 1e-4) / (p[i, own] + p[i, rival] + 2e-4))
