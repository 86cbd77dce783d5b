"""The paper's own measure against loops."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from standout.explain.evidence import Evidence, Kept
from standout.explain.paper_way import by_chance, distance_to_class, jaccard, paper_way, vulnerable
from tests.explain.simulated import blobs, evidence_of


def kept_models(n: int = 600, features: bool = True) -> tuple[Evidence, np.ndarray]:
    """Four models, two pairs of twins, on `n` records, a fifth of which are surer where they were trained on."""
    rng = np.random.default_rng(0)
    x, y = blobs(n)
    base = evidence_of(x, y)
    known = np.arange(n) % 5 == 0
    first = [rng.permutation(n) < n // 2 for _ in range(2)]
    members = [first[0], ~first[0], first[1], ~first[1]]
    kept = tuple(
        Kept(m, (rng.normal(size=n) + 4 * (m & known)).astype(np.float32),
             rng.normal(size=(n, 3)).astype(np.float16) * (1 + known[:, None]) if features else None)
        for m in members
    )  # fmt: skip
    return Evidence(base.records, base.inside, base.outside, base.effect, kept), known


def test_sets_and_figures_by_hand():
    evidence, known = kept_models()
    y, exposed = evidence.records.y, known & (np.arange(600) % 10 == 0)
    told = paper_way(evidence, exposed, None)
    assert told["targets"] == 4 and told["distance_in"] == "features"
    for rate in (0.01, 0.005):
        sets, aurocs = [], []
        for k in evidence.kept:
            outside = sorted(float(s) for s, m in zip(k.signals, k.members) if not m)
            place = (len(outside) - 1) * (1 - rate)
            low = outside[int(place)]
            bar = low + (place - int(place)) * (outside[int(place) + 1] - low)
            sets.append({i for i in range(600) if k.members[i] and k.signals[i] > bar})
            inside = np.flatnonzero(k.members)
            middles = {c: np.mean([k.features[i].astype(float) for i in inside if y[i] == c], axis=0) for c in set(y)}
            away = [float(np.linalg.norm(k.features[i].astype(float) - middles[y[i]])) for i in inside]
            aurocs.append(roc_auc_score([i in sets[-1] for i in inside], away))
        block = told["rates"][str(rate)]
        found = [{i for i in np.flatnonzero(exposed) if k.members[i]} for k in evidence.kept]
        assert block["vulnerable"] == np.mean([len(s) for s in sets])
        assert block["aurocs"] == pytest.approx(aurocs) and block["auroc"] == pytest.approx(np.mean(aurocs))
        assert block["exposed_found"] == pytest.approx(np.mean([len(s & e) / len(e) for s, e in zip(sets, found)]))
        assert block["vulnerable_exposed"] == pytest.approx(np.mean([len(s & e) / len(s) for s, e in zip(sets, found)]))
        assert block["jaccard"] == pytest.approx(np.mean([len(s & e) / len(s | e) for s, e in zip(sets, found)]))
        pairs = []
        for a, b in ((0, 2), (0, 3), (1, 2), (1, 3)):  # twins have no record in common
            both = {i for i in range(600) if evidence.kept[a].members[i] and evidence.kept[b].members[i]}
            s, t = sets[a] & both, sets[b] & both
            pairs.append(len(s & t) / len(s | t))
        assert block["agreement"] == pytest.approx(np.mean(pairs))
    assert told["rates"]["0.01"]["auroc"] > 0.6 and told["rates"]["0.01"]["exposed_found"] > 0.8


def test_where_training_makes_no_difference_as_many_are_vulnerable_as_by_chance():
    rng = np.random.default_rng(1)
    counts, expected = [], []
    for _ in range(200):
        members = rng.permutation(1000) < 500
        kept = Kept(members, rng.normal(size=1000), None)
        counts.append(int(vulnerable(kept, 0.01).sum()))
        expected.append(500 * by_chance(kept, 0.01))
    assert np.ptp(expected) == 0 and expected[0] == pytest.approx(500 * 5.99 / 501)
    assert np.mean(counts) == pytest.approx(expected[0], abs=3 * np.std(counts) / 200**0.5)


def test_where_all_stand_at_the_bound_nobody_is_above():
    members = np.arange(400) % 2 == 0
    kept = Kept(members, np.where(np.arange(400) % 8 < 4, 9.0, 1.0), None)
    assert vulnerable(kept, 0.01).sum() == 0 == by_chance(kept, 0.01)


def test_without_features_the_distance_is_in_raw_ones_or_not_told():
    evidence, known = kept_models(features=False)
    raw = np.where(known, 2.0, 1.0)
    told = paper_way(evidence, known, raw)
    assert told["distance_in"] == "raw features" and told["rates"]["0.01"]["auroc"] > 0.8
    none = paper_way(evidence, known, None)
    assert none["distance_in"] is None and none["rates"]["0.01"]["auroc"] is None
    assert none["rates"]["0.01"]["vulnerable"] == told["rates"]["0.01"]["vulnerable"]
    assert distance_to_class(evidence.kept[0], evidence.records.y) is None


def test_too_few_non_members_for_a_rate():
    evidence, known = kept_models(300)
    rates = paper_way(evidence, known, None)["rates"]
    assert rates["0.01"] is not None and rates["0.005"] is None
    assert paper_way(evidence_of(*blobs()), np.zeros(90, dtype=bool), None) is None
    nobody = paper_way(evidence, np.zeros(300, dtype=bool), None)["rates"]["0.01"]
    assert nobody["exposed_found"] is None and nobody["vulnerable_exposed"] == 0 and nobody["jaccard"] == 0
    assert jaccard(np.zeros(3, dtype=bool), np.zeros(3, dtype=bool)) is None


def test_a_class_that_the_model_never_saw_has_no_middle():
    members = np.array([True, True, False, False])
    kept = Kept(members, np.zeros(4), np.array([[0.0], [2.0], [4.0], [9.0]], dtype=np.float16))
    assert distance_to_class(kept, np.array([0, 0, 0, 1])).tolist()[:3] == [1.0, 1.0, 3.0]
    assert np.isnan(distance_to_class(kept, np.array([0, 0, 0, 1]))[3])
