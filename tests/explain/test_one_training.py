"""What one training tells of a record, against loops by hand."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from standout.explain.leverage import RIDGE, leverage, narrowed
from standout.explain.one_training import (
    el2n,
    epochs_until_learned,
    forgetting,
    loss_trace_iqr,
    train_loss,
)
from standout.explain.trainings import Training, by_first_member
from standout.recipes.traces import MOST, Trace, traced_epochs, young
from tests.explain.simulated import blobs, evidence_of

TRACED = (loss_trace_iqr, epochs_until_learned, forgetting, el2n)


def training_of(n: int, seed: int, members=None, epochs: int = 7, features: int = 3, classes: int = 3) -> Training:
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(classes), n)
    return Training(
        members=rng.random(n) < 0.5 if members is None else members,
        losses=rng.exponential(size=n),
        trace=Trace(
            np.arange(2, 2 * epochs + 1, 2, dtype=np.int32),
            rng.exponential(size=(epochs, n)).astype(np.float16),
            rng.random((epochs, n)) < 0.7,
            rng.random(n).astype(np.float16),
        ),
        features=rng.normal(size=(n, features)).astype(np.float16),
        log_probabilities=np.log(p).astype(np.float16),
    )


@pytest.fixture(scope="module")
def evidence():
    x, y = blobs(60)
    trainings = tuple(training_of(60, seed) for seed in range(4))
    first = trainings[0].trace
    assert first is not None
    first.right[:, :20] = np.arange(20) % 2 == 0  # always right, and never
    nobody = np.zeros(60, dtype=bool)
    nobody[:50] = True
    return replace(evidence_of(x, y), trainings=tuple(replace(t, members=t.members & nobody) for t in trainings))


def judge_of(evidence, i):
    return next((t for t in evidence.trainings if t.members[i]), None)


def test_against_loops(evidence):
    for i in range(60):
        judge = judge_of(evidence, i)
        got = [float(of(evidence)[i]) for of in (train_loss, *TRACED)]
        if judge is None:
            assert np.isnan(got).all()
            continue
        losses = sorted(float(v) for v in judge.trace.losses[:, i])
        low, high = losses[1] + 0.5 * (losses[2] - losses[1]), losses[4] + 0.5 * (losses[5] - losses[4])  # 7 epochs
        right = judge.trace.right[:, i].tolist()
        after = int(judge.trace.epochs[-1]) + 1
        for epoch in range(len(right) - 1, -1, -1):
            if not right[epoch]:
                break
            after = int(judge.trace.epochs[epoch])
        turns = sum(a and not b for a, b in pairwise(right)) if any(right) else len(right)
        assert got == pytest.approx([judge.losses[i], high - low, after, turns, float(judge.trace.early[i])])


def test_records_that_no_model_saw_and_recipes_without_traces(evidence):
    assert np.isnan(train_loss(evidence)[50:]).all()
    bare = replace(evidence, trainings=tuple(Training(t.members, t.losses) for t in evidence.trainings))
    for of in (*TRACED, leverage):
        assert np.isnan(of(bare)).all()
        assert np.isnan(of(replace(evidence, trainings=()))).all()
    assert np.array_equal(train_loss(bare), train_loss(evidence), equal_nan=True)


def test_the_first_training_judges_even_where_it_tells_nothing():
    first, second = training_of(10, 0, np.ones(10, dtype=bool)), training_of(10, 1, np.ones(10, dtype=bool))
    told = by_first_member((replace(first, trace=None), second), 10, lambda t: t.trace and t.losses)
    assert np.isnan(told).all()


def test_epochs_of_a_trace():
    for epochs in range(1, 120):
        kept = traced_epochs(epochs)
        assert len(kept) == min(epochs, MOST) and kept[-1] == epochs and kept[0] >= 1
        steps = np.diff(kept)
        assert len(steps) == 0 or (steps.min() >= 1 and steps.max() - steps.min() <= 1)
        assert young(epochs) in kept and young(epochs) >= 0.1 * epochs


def test_leverage_of_two_classes_is_that_of_logistic_regression():
    """By hand: w h'H^-1 h for each of the two classes, which share one curvature: twice the hat value of iteratively
    reweighted least squares."""
    training = training_of(40, 3, classes=2)
    assert training.features is not None and training.log_probabilities is not None
    h = np.concatenate([training.features.astype(float), np.ones((40, 1))], axis=1)
    p = np.exp(training.log_probabilities[:, 1].astype(float))
    own = training.members
    root = h[own] * np.sqrt((p * (1 - p))[own])[:, None]
    hat = np.diag(root @ np.linalg.inv(root.T @ root) @ root.T)
    x, y = blobs(40)
    got = leverage(replace(evidence_of(x, y), trainings=(training,)))
    assert np.isnan(got[~own]).all()
    assert np.allclose(got[own], 2 * hat, rtol=0.03)  # answers are in half precision, and there is a ridge
    assert hat.sum() == pytest.approx(4)


def test_leverage_is_how_the_answer_moves_with_the_label():
    """Implicit differentiation by brute force: fit a ridge softmax regression of two classes, move one soft label, fit
    again; the move of the answer per move of the label is the leverage of that class."""
    from scipy.optimize import minimize

    rng = np.random.default_rng(5)
    h = np.concatenate([rng.normal(size=(30, 2)), np.ones((30, 1))], axis=1)
    labels = (h[:, 0] + rng.logistic(size=30) > 0).astype(float)

    def fit(t):
        def loss(w):
            z = h @ w
            return np.sum(np.logaddexp(0, z) - t * z)

        w = minimize(loss, np.zeros(3), jac=lambda w: h.T @ (1 / (1 + np.exp(-h @ w)) - t), tol=1e-12).x
        return 1 / (1 + np.exp(-h @ w))

    p = fit(labels)
    training = Training(
        np.ones(30, dtype=bool), np.zeros(30), None, h[:, :2].astype(np.float16),
        np.log(np.stack([1 - p, p], axis=1)).astype(np.float16),
    )  # fmt: skip
    x, y = blobs(30)
    got = leverage(replace(evidence_of(x, y), trainings=(training,)))
    for i in (0, 7, 19):
        step = np.zeros(30)
        step[i] = 1e-4
        moved = (fit(labels + step)[i] - fit(labels - step)[i]) / 2e-4
        assert got[i] == pytest.approx(2 * moved, rel=0.05)
    assert RIDGE < 0.01


def test_wide_features_keep_their_main_directions():
    rng = np.random.default_rng(0)
    wide = (rng.normal(size=(400, 5)) @ rng.normal(size=(5, 300))).astype(np.float32)
    members = rng.random(400) < 0.5
    few = narrowed(wide, members)
    assert few.shape == (400, 256)
    middle = wide[members].mean(axis=0)
    assert np.allclose(np.linalg.norm(few, axis=1), np.linalg.norm(wide - middle, axis=1), rtol=1e-3)
