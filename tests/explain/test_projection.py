"""The map: who is shown, that alike records lie close, that it is the same each time."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from standout.explain import projection
from standout.explain.projection import drawn, flat, panels
from tests.explain.simulated import blobs, evidence_of
from tests.explain.test_penultimate import kept_models


@pytest.fixture(scope="module")
def evidence():
    x, y = blobs(120)
    return replace(evidence_of(x, y), kept=kept_models(y))


def test_each_panel_shows_what_its_model_never_saw(evidence):
    exposed = np.arange(120) % 7 == 0
    found = panels(evidence, exposed)
    assert [p.model for p in found] == [0, 1]
    for panel, kept in zip(found, evidence.kept):
        assert np.array_equal(panel.rows, np.flatnonzero(~kept.members))
        assert panel.records == (~kept.members).sum() and panel.exposed == (exposed & ~kept.members).sum()
        assert panel.at.min() == 0 and panel.at.max() == 1 and np.isfinite(panel.at).all()
        assert np.array_equal(flat(kept.features.astype(float)[panel.rows]), panel.at), "the same each time"


def test_raw_features_where_models_keep_none(evidence):
    found = panels(replace(evidence, kept=()), np.arange(120) == 3)
    assert [(p.model, p.records, len(p.rows)) for p in found] == [(None, 120, 120)]


def test_nothing_to_mark_or_too_few_to_show():
    x, y = blobs(projection.FEWEST - 1)
    assert panels(evidence_of(x, y), np.ones(len(y), dtype=bool)) == []
    x, y = blobs(projection.FEWEST)
    assert len(panels(evidence_of(x, y), np.ones(len(y), dtype=bool))) == 1
    assert panels(evidence_of(x, y), np.zeros(len(y), dtype=bool)) == []


def test_alike_records_lie_close():
    """Three classes far apart: the nearest dot of each dot is of its class."""
    x, y = blobs(90, apart=12.0)
    at = flat(x)
    away = cdist(at, at)
    np.fill_diagonal(away, np.inf)
    assert (y[away.argmin(axis=1)] == y).all()


@pytest.mark.parametrize("x", [np.ones((30, 3)), np.arange(30.0)[:, None], np.zeros((30, 0)), np.eye(30)[:, :2]])
def test_poor_features_have_a_place(x):
    at = flat(x)
    assert at.shape == (30, 2) and np.isfinite(at).all() and at.min() >= 0 and at.max() <= 1


def test_wide_features_are_projected_first():
    x = np.random.default_rng(0).normal(size=(40, 2000)) + 9 * (np.arange(40) % 2)[:, None]
    at = flat(x)
    away = cdist(at, at)
    np.fill_diagonal(away, np.inf)
    assert (away.argmin(axis=1) % 2 == np.arange(40) % 2).all()


@pytest.mark.parametrize(
    ("marked", "shown"), [(0, 0), (10, 10), (30, 30), (31, 30), (80, 30), (175, 35), (200, 60)],
    ids=lambda v: str(v),
)  # fmt: skip
def test_all_exposed_ones_up_to_half_and_the_rest_at_random(monkeypatch, marked, shown):
    monkeypatch.setattr(projection, "MOST", 60)
    exposed = np.zeros(400, dtype=bool)
    rows = np.arange(0, 400, 2)
    exposed[np.random.default_rng(1).choice(rows, marked, replace=False)] = True
    found = drawn(exposed, rows)
    assert len(found) == 60 and np.isin(found, rows).all() and (np.diff(found) > 0).all()
    assert exposed[found].sum() == shown
    assert np.array_equal(found, drawn(exposed, rows))
    assert np.array_equal(drawn(exposed, rows[:60]), rows[:60]), "few records are all shown"
