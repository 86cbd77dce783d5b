"""From a fitted estimator to logits: exact where it gives more than rounded probabilities, a column for every class."""

from typing import Any

import numpy as np
from scipy.special import logsumexp
from sklearn.pipeline import Pipeline

from standout.data.dataset import Dataset
from standout.errors import InputError
from standout.recipes.boosting import library_of, margins
from standout.recipes.recipe import Trained
from standout.signals import TINY, log_probabilities, log_softmax

CLOSE = 1e-6
"""How near the softmax of scores must come to the probabilities, for these to be its rounding."""
CLOSE_FLOAT32 = 1e-5
"""The same for libraries that reckon in float32."""


def outputs_of(model, x, seen: list[int], n_classes: int) -> tuple[np.ndarray, bool]:
    """Logits float64 (N, n_classes) of a fitted estimator, and whether one of the probabilities it gave was 0 with
    nothing more exact beside it.

    seen: class codes of its columns. A class that training lacked has the probability TINY.
    """
    scores, rounded = _scores(model, x)
    if library_of(model) and scores.ndim == 2 and scores.shape[1] > len(seen):
        scores = scores[:, : len(seen)]  # told to expect more classes than training had
    if scores.shape != (len(x), len(seen)):
        mend = "; for SVC set decision_function_shape='ovr'" if not hasattr(model, "predict_proba") else ""
        raise InputError(
            f"{type(model).__name__} gives scores of shape {scores.shape} for {len(x)} records and {len(seen)} "
            f"classes{mend}"
        )
    if not np.isfinite(scores).all():
        raise InputError(f"{type(model).__name__} gives scores that are not finite numbers")
    if seen == list(range(n_classes)):
        return scores, rounded
    full = np.full((len(scores), n_classes), np.log(TINY))
    full[:, seen] = log_softmax(scores)
    return full, rounded


def _scores(model, x) -> tuple[np.ndarray, bool]:
    decision, close = margins(model, x), CLOSE_FLOAT32
    if decision is None and hasattr(model, "decision_function"):
        decision, close = _ask(model, "decision_function", x), CLOSE
    if decision is not None and decision.ndim == 1:
        decision = np.stack([np.zeros_like(decision), decision], axis=1)
    if not hasattr(model, "predict_proba"):
        assert decision is not None
        return decision, False
    p = _ask(model, "predict_proba", x)
    if decision is not None and decision.shape == p.shape and np.allclose(np.exp(log_softmax(decision)), p, atol=close):
        return decision, False  # its probabilities are the softmax of these, which are not yet rounded
    if hasattr(model, "predict_log_proba"):
        with np.errstate(divide="ignore"):
            log_p = np.log(p) if _is_forest(model) else _ask(model, "predict_log_proba", x)
        if log_p.shape == p.shape and np.abs(logsumexp(log_p, axis=1)).max() < CLOSE:
            zero = np.isneginf(log_p)
            return (np.where(zero, np.log(TINY), log_p), True) if zero.any() else (log_p, False)
    return log_probabilities(p), bool((p == 0).any())


def _is_forest(model) -> bool:
    """Whether `predict_log_proba` is that of scikit-learn's forests, which asks all trees again and takes np.log."""
    from sklearn.ensemble import RandomForestClassifier

    last = model[-1] if isinstance(model, Pipeline) else model
    return getattr(type(last), "predict_log_proba", None) is RandomForestClassifier.predict_log_proba


def _ask(model: Any, method: str, x) -> np.ndarray:
    """float64 answers of a model, which gets a copy: StandardScaler(copy=False) scales in place what it is given."""
    answers = getattr(model, method)(x.copy())
    try:
        return np.asarray(answers, dtype=np.float64)
    except (TypeError, ValueError) as e:
        raise InputError(f"{method} of {type(model).__name__} must return numbers (records, classes)") from e


def constant(code: int, dataset: Dataset, note: str) -> Trained:
    """A model that always answers one class."""
    p = np.zeros((len(dataset.y[dataset.asked]), len(dataset.classes)))
    p[:, code] = 1
    return Trained(log_probabilities(p), rounded=True, note=note)
