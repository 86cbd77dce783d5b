"""Characteristics in features of models that never saw a record, against loops over models and records."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf

from standout.data.records import Records
from standout.explain import CHARACTERISTICS, penultimate
from standout.explain.causes import SPEAKING, verdicts
from standout.explain.evidence import Kept
from standout.explain.rules import NAMED, OTHER_CLASS
from tests.explain.simulated import blobs, evidence_of
from tests.explain.test_causes import strengths_of

NAMES = ("feature_centroid_distance", "feature_cosine", "feature_mahalanobis", "feature_margin", "feature_disagreement")
LONELY, UNSEEN = 0, 5
"""A record alone in its class, and one that every kept model trained on."""


def kept_models(y, models=4, width=6, seed=3, scales=(1, 1, 1, 1)):
    """Pairs of twins with features of their own around corners of the classes."""
    rng = np.random.default_rng(seed)
    found = []
    for m in range(models):
        members = rng.random(len(y)) < 0.5 if m % 2 == 0 else ~found[-1].members
        x = rng.normal(size=(len(y), width)) + 2 * rng.normal(size=(5, width))[y]
        found.append(Kept(members.copy(), rng.normal(size=len(y)), (x * scales[m]).astype(np.float16)))
    for kept in found:
        kept.members[UNSEEN] = True
    return tuple(found)


@pytest.fixture(scope="module")
def evidence():
    x, y = blobs(60)
    y[LONELY] = 3
    return replace(evidence_of(x, y), kept=kept_models(y))


def of(name, evidence):
    return CHARACTERISTICS[name].values(evidence)


def by_hand(evidence, value):
    """Mean over the models that never saw record i of value(features, labels, i, the model's usual distance)."""
    y, found = evidence.records.y, []
    for i in range(len(y)):
        own = []
        for kept in evidence.kept:
            if kept.members[i]:
                continue
            x = kept.features.astype(float)
            away = [float(to_own(x, y, j)) for j in np.flatnonzero(~kept.members) if (y == y[j]).sum() > 1]
            own.append(value(x, y, i, np.mean(away)))
        known = [v for v in own if np.isfinite(v)]
        found.append(np.mean(known) if known else np.nan)
    return np.array(found)


def to_own(x, y, i):
    others = [j for j in range(len(y)) if y[j] == y[i] and j != i]
    return np.linalg.norm(x[i] - x[others].mean(axis=0)) if others else np.nan


def cosine(x, y, i, usual):
    others = [j for j in range(len(y)) if y[j] == y[i] and j != i]
    if not others:
        return np.nan
    a, b = x[i] - x.mean(axis=0), x[others].mean(axis=0) - x.mean(axis=0)
    return 1 - a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def mahalanobis(x, y, i, usual):
    others = [j for j in range(len(y)) if y[j] == y[i] and j != i]
    if not others:
        return np.nan
    within = np.array([x[j] - x[y == y[j]].mean(axis=0) for j in range(len(y))])
    away = x[i] - x[others].mean(axis=0)
    return np.sqrt(away @ np.linalg.inv(ledoit_wolf(within, assume_centered=True)[0]) @ away)


def margin(x, y, i, usual):
    return (to_own(x, y, i) - min(np.linalg.norm(x[i] - x[y == c].mean(axis=0)) for c in set(y) - {y[i]})) / usual


def disagreement(x, y, i, usual):
    away = ((x - x[i]) ** 2).sum(axis=1)
    away[i] = np.inf
    return np.mean(y[np.argsort(away)[:10]] != y[i])


@pytest.mark.parametrize(
    ("name", "value"),
    list(zip(NAMES, (lambda x, y, i, usual: to_own(x, y, i) / usual, cosine, mahalanobis, margin, disagreement))),
    ids=NAMES,
)
def test_by_hand(evidence, name, value):
    found = of(name, evidence)
    assert np.allclose(found, by_hand(evidence, value), rtol=1e-6, atol=1e-9, equal_nan=True)
    assert np.isnan(found[UNSEEN]), "no kept model left it out"
    assert np.isnan(found[LONELY]) == (name != "feature_disagreement")
    assert np.isfinite(np.delete(found, [LONELY, UNSEEN])).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_unit_of_a_model_does_not_matter(evidence, name):
    """Powers of two, so that half precision rounds alike."""
    scaled = replace(evidence, kept=kept_models(evidence.records.y, scales=(1, 64, 0.5, 8)))
    assert np.allclose(of(name, scaled), of(name, evidence), rtol=1e-6, equal_nan=True)


@pytest.mark.parametrize("name", NAMES)
def test_permuted_rows_permute_the_values(evidence, name):
    order = np.random.default_rng(4).permutation(60)
    kept = tuple(Kept(k.members[order], k.signals[order], k.features[order]) for k in evidence.kept)
    records = replace(evidence.records, y=evidence.records.y[order])
    assert np.allclose(of(name, replace(evidence, records=records, kept=kept)), of(name, evidence)[order],
                       equal_nan=True)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_only_models_that_never_saw_a_record_speak_of_it(evidence, name):
    """What a model makes of its members has no say in their own values; it moves classes, so compare one record."""
    one = evidence.kept[0]
    i = int(np.flatnonzero(one.members & ~evidence.kept[1].members)[3])
    own = [replace(evidence, kept=(k,)) for k in evidence.kept[:2]]
    assert np.isnan(of(name, own[0])[i]) and np.isfinite(of(name, own[1])[i])
    assert of(name, replace(evidence, kept=evidence.kept[:2]))[i] == of(name, own[1])[i]


@pytest.mark.parametrize("name", NAMES)
def test_without_features_or_labels_there_is_no_value(evidence, name):
    bare = tuple(replace(k, features=None) for k in evidence.kept)
    narrow = tuple(replace(k, features=k.features[:, :0]) for k in evidence.kept)
    unlabelled = Records(evidence.records.ids, None, (), evidence.records.place, "", None)
    for other in ({"kept": ()}, {"kept": bare}, {"kept": narrow}, {"records": unlabelled}):
        assert np.isnan(of(name, replace(evidence, **other))).all()


@pytest.mark.parametrize("name", NAMES)
def test_what_half_precision_cannot_hold(evidence, name):
    """A number beyond it counts as its largest one; a model with a gap is left out."""
    first = evidence.kept[0]
    wide, gap = first.features.copy(), first.features.copy()
    wide[7, 2], gap[7, 2] = np.inf, np.nan
    largest = first.features.copy()
    largest[7, 2] = np.finfo(np.float16).max
    found = [
        of(name, replace(evidence, kept=(replace(first, features=x), *evidence.kept[1:]))) for x in (wide, largest)
    ]
    assert np.array_equal(*found, equal_nan=True)
    left_out = of(name, replace(evidence, kept=(replace(first, features=gap), *evidence.kept[1:])))
    assert np.array_equal(left_out, of(name, replace(evidence, kept=evidence.kept[1:])), equal_nan=True)


def test_features_that_are_all_alike(evidence):
    flat = replace(evidence, kept=tuple(replace(k, features=np.ones_like(k.features)) for k in evidence.kept))
    assert np.isnan(of("feature_centroid_distance", flat)).all() and np.isnan(of("feature_margin", flat)).all()
    assert np.isin(of("feature_cosine", flat)[1:5], 1).all()


def test_neighbours_among_a_sample(evidence, monkeypatch):
    from standout.explain.nearest import sample_of

    monkeypatch.setattr(penultimate, "AMONG", 30)
    sample = sample_of(60, 30)
    assert sample is not None

    def among(x, y, i, usual):
        others = sample[sample != i]
        return np.mean(y[others[np.argsort(((x[others] - x[i]) ** 2).sum(axis=1))[:10]]] != y[i])

    found = of("feature_disagreement", evidence)
    assert np.allclose(found, by_hand(evidence, among), equal_nan=True)


def test_they_are_measured_and_do_not_change_the_rules():
    """No rule names them, and what no rule names does not make the others' test stricter."""
    x, y = blobs(120, 4, 6)
    y[:8] = (y[:8] + 1) % 4
    evidence = evidence_of(x, y)
    exposed = np.arange(120) < 8
    values = {n: of(n, evidence) for n in (*OTHER_CLASS, "out_loss", "out_margin")}
    more = {**values, **{name: np.random.default_rng(0).random(120) for name in NAMES}}
    said = [verdicts(evidence, v, strengths_of(v, exposed), exposed) for v in (values, more)]
    assert (said[0].cause == said[1].cause).all() and (said[0].reason == said[1].reason).all()
    assert not NAMED & set(NAMES) and all(CHARACTERISTICS[n].group in SPEAKING for n in NAMES)
    assert set(CHARACTERISTICS) >= NAMED
