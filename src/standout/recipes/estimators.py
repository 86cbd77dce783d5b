"""scikit-learn estimators as recipes, as they are: Pipelines, kNN, SVC without probabilities, any class order."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import logsumexp
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from standout.data.dataset import Dataset
from standout.data.encode import Matrix, matrix_of
from standout.data.labels import as_text
from standout.errors import InputError, did_you_mean, listed, one_line
from standout.recipes.identity import identify
from standout.recipes.named import ESTIMATORS
from standout.recipes.recipe import Trained
from standout.recipes.settings import as_json, parse_value
from standout.signals import TINY, log_probabilities, log_softmax

__all__ = ["ESTIMATORS", "EstimatorRecipe", "parse_value"]


class EstimatorRecipe:
    """Any scikit-learn classifier. Each model is a clone with every `random_state` set from its seed.

    A Pipeline gets a DataFrame as it is; any other estimator gets the table as numbers (`data.encode`).
    """

    supports = frozenset({"weight"})

    def __init__(self, estimator, settings: dict | None = None, name: str | None = None):
        check_estimator(estimator)
        self.raw = isinstance(estimator, Pipeline) and name is None
        self.name = name or type(estimator).__name__
        try:
            self.estimator = clone(estimator)
        except (TypeError, RuntimeError) as e:
            raise InputError(f"{self.name} cannot be copied by scikit-learn's clone: {one_line(e)}") from e
        self._set(settings or {})

    def _set(self, settings: dict) -> None:
        target = self.estimator[-1] if isinstance(self.estimator, Pipeline) and not self.raw else self.estimator
        known = target.get_params(deep=True)
        for key, value in settings.items():
            if key not in known:
                raise InputError(
                    f"{self.name} has no setting {key!r}{did_you_mean(key, known)} (known: {listed(known)})"
                )
            target.set_params(**{key: value})

    def settings(self) -> dict:
        target = self.estimator[-1] if isinstance(self.estimator, Pipeline) and not self.raw else self.estimator
        return {
            k: as_json(v)
            for k, v in sorted(target.get_params(deep=self.raw).items())
            if not k.endswith(("random_state", "n_jobs"))
        }

    def identity(self) -> object:
        plain = clone(self.estimator)
        _set_all(plain, "random_state", None)
        _set_all(plain, "n_jobs", None)
        return ["estimator-recipe", 2, self.raw, identify(plain)]

    def check(self, dataset: Dataset) -> list[str]:
        self._check_settings()
        if isinstance(dataset.x, pd.DataFrame):
            if self.raw:
                return []
            matrix = matrix_of(dataset)
            if not matrix.base.shape[1]:
                raise InputError("no usable feature column: " + "; ".join(matrix.notes))
            return list(matrix.notes)
        if not self.raw and dataset.x.dtype.kind == "f" and np.isnan(dataset.x).any():
            first = self.estimator[0] if isinstance(self.estimator, Pipeline) else self.estimator
            last = self.estimator[-1] if isinstance(self.estimator, Pipeline) else self.estimator
            if not (get_tags(first).input_tags.allow_nan and get_tags(last).input_tags.allow_nan):
                row = int(np.argwhere(np.isnan(dataset.x))[0][0])
                raise InputError(
                    f"x holds NaN, first in row {row} (counted from 0), and {self.name} takes none; impute or drop them"
                )
        return []

    def _check_settings(self) -> None:
        """What scikit-learn itself would refuse, though only in the first training."""
        for step in self.estimator.steps if isinstance(self.estimator, Pipeline) else [("", self.estimator)]:
            if not hasattr(step[1], "_parameter_constraints"):
                continue  # an estimator of the user's own states none
            try:
                step[1]._validate_params()
            except ValueError as e:
                raise InputError(f"{self.name}: {one_line(e)}") from e

    def stack_size(self, dataset: Dataset) -> int:
        return 2

    def train(self, dataset: Dataset, members: np.ndarray, seeds: np.ndarray) -> Iterator[Trained]:
        matrix = None if self.raw and isinstance(dataset.x, pd.DataFrame) else matrix_of(dataset)
        for rows, seed in zip(members, seeds):
            yield self._train_one(dataset, matrix, np.flatnonzero(rows), int(seed))

    def _train_one(self, dataset: Dataset, matrix: Matrix | None, rows: np.ndarray, seed: int) -> Trained:
        x: Any = dataset.x if matrix is None else matrix.filled(*matrix.fit(rows))
        codes = dataset.y[rows]
        if (codes == codes[0]).all():
            return constant(codes[0], dataset, "a model saw one class only and always answers that class")
        assert dataset.values is not None
        model = clone(self.estimator)
        _set_all(model, "random_state", seed % (2**32 - 1))
        _set_all(model, "n_jobs", 1)  # models are trained side by side already
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model.fit(x.iloc[rows] if isinstance(x, pd.DataFrame) else x[rows], dataset.values[codes])
            asked = x.iloc[dataset.asked] if isinstance(x, pd.DataFrame) else x[dataset.asked]
            logits, rounded = outputs_of(model, asked, len(dataset.classes), dataset)
        unconverged = any("Convergence" in w.category.__name__ for w in caught)
        note = "some models did not converge (ConvergenceWarning); raise max_iter" if unconverged else None
        return Trained(logits, rounded, _parameters(model), note=note)


def check_estimator(estimator) -> None:
    """Raises InputError for what is no scikit-learn classifier with scores."""
    name = type(estimator).__name__
    if isinstance(estimator, Pipeline) and not estimator.steps:
        raise InputError("the Pipeline has no step; its last one must be a classifier")
    last = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    if not hasattr(estimator, "get_params"):
        raise InputError(
            f"{name} is no scikit-learn estimator: derive it from ClassifierMixin and BaseEstimator, or give a "
            "function fit(x, y, *, seed, sample_weight=None) that returns predict(x)"
        )
    try:
        kind = get_tags(last).estimator_type
    except AttributeError:  # written for another scikit-learn; whether it has scores counts
        kind = None
    if kind not in (None, "classifier"):
        raise InputError(f"{type(last).__name__} ({kind}) is no classifier; give one with predict_proba")
    if not (hasattr(last, "predict_proba") or hasattr(last, "decision_function")):
        what = "classifier with scores" if kind else "classifier"
        raise InputError(f"{type(last).__name__} is no {what}: it has neither predict_proba nor decision_function")


def outputs_of(model, x, n_classes: int, dataset: Dataset) -> tuple[np.ndarray, bool]:
    """Logits float64 (N, n_classes) of a fitted estimator, exact where it gives more than rounded probabilities, and
    whether one of the probabilities it gave was 0 with nothing more exact beside it. A class that training lacked
    has the probability TINY."""
    assert dataset.values is not None
    known = [as_text(v) for v in dataset.values]
    seen = [known.index(as_text(c)) for c in model.classes_]
    scores, rounded = _scores(model, x)
    if scores.shape != (len(x), len(seen)):
        raise InputError(
            f"{type(model).__name__} gives scores of shape {scores.shape} for {len(seen)} classes; "
            "for SVC set decision_function_shape='ovr'"
        )
    if len(seen) == n_classes and seen == list(range(n_classes)):
        return scores, rounded
    full = np.full((len(scores), n_classes), np.log(TINY))
    full[:, seen] = log_softmax(scores)
    return full, rounded


def _scores(model, x) -> tuple[np.ndarray, bool]:
    decision = None
    if hasattr(model, "decision_function"):
        decision = _ask(model, "decision_function", x)
        if decision.ndim == 1:
            decision = np.stack([np.zeros_like(decision), decision], axis=1)
    if not hasattr(model, "predict_proba"):
        assert decision is not None
        return decision, False
    p = _ask(model, "predict_proba", x)
    if decision is not None and decision.shape == p.shape and np.allclose(np.exp(log_softmax(decision)), p, atol=1e-6):
        return decision, False  # its probabilities are the softmax of these, which are not yet rounded
    if hasattr(model, "predict_log_proba"):
        with np.errstate(divide="ignore"):
            log_p = np.log(p) if _is_forest(model) else _ask(model, "predict_log_proba", x)
        if log_p.shape == p.shape and np.abs(logsumexp(log_p, axis=1)).max() < 1e-6:
            zero = np.isneginf(log_p)
            return (np.where(zero, np.log(TINY), log_p), True) if zero.any() else (log_p, False)
    return log_probabilities(p), bool((p == 0).any())


def _is_forest(model) -> bool:
    """Whether `predict_log_proba` is that of scikit-learn's forests, which asks all trees again and takes np.log."""
    from sklearn.ensemble import RandomForestClassifier

    last = model[-1] if isinstance(model, Pipeline) else model
    return getattr(type(last), "predict_log_proba", None) is RandomForestClassifier.predict_log_proba


def _ask(model, method: str, x) -> np.ndarray:
    """float64 answers of a model, which gets a copy: StandardScaler(copy=False) scales in place what it is given."""
    return np.asarray(getattr(model, method)(x.copy()), dtype=np.float64)


def constant(code: int, dataset: Dataset, note: str) -> Trained:
    """A model that always answers one class."""
    p = np.zeros((len(dataset.y[dataset.asked]), len(dataset.classes)))
    p[:, code] = 1
    return Trained(log_probabilities(p), rounded=True, note=note)


def _set_all(estimator, parameter: str, value) -> None:
    names = [k for k in estimator.get_params(deep=True) if k == parameter or k.endswith(f"__{parameter}")]
    if names:
        estimator.set_params(**dict.fromkeys(names, value))


def _parameters(model) -> int | None:
    """Number of fitted weights of a linear model or scikit-learn net; trees and neighbours have none to count."""
    last = model[-1] if isinstance(model, Pipeline) else model
    if hasattr(last, "coefs_"):
        return int(sum(w.size for w in [*last.coefs_, *last.intercepts_]))
    if isinstance(getattr(last, "coef_", None), np.ndarray):
        return int(last.coef_.size + np.size(getattr(last, "intercept_", 0)))
    return None
