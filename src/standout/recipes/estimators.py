"""scikit-learn estimators as recipes, as they are: Pipelines, kNN, SVC without probabilities, any class order."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from standout.data.dataset import Dataset
from standout.data.encode import Matrix, matrix_of
from standout.data.labels import as_text
from standout.errors import InputError, did_you_mean, listed, one_line
from standout.recipes import boosting
from standout.recipes.identity import identify
from standout.recipes.named import ESTIMATORS
from standout.recipes.recipe import Trained
from standout.recipes.scores import constant, outputs_of
from standout.recipes.settings import as_json, parse_value
from standout.recipes.treatment import Treatment
from standout.recipes.weights import weight_argument, weighted

__all__ = ["ESTIMATORS", "EstimatorRecipe", "parse_value"]


class EstimatorRecipe:
    """Any scikit-learn classifier. Each model is a clone with every `random_state` set from its seed, and one thread.

    A Pipeline gets a DataFrame as it is, and so does what holds one or has settings that speak of its columns; any
    other estimator gets the table as numbers (`data.encode`).
    """

    supports: frozenset[str]
    """"weight" where `fit` takes sample_weight."""

    def __init__(self, estimator, settings: dict | None = None, name: str | None = None):
        check_estimator(estimator)
        self.whole = isinstance(estimator, Pipeline) and name is None
        self.name = name or type(estimator).__name__
        try:
            self.estimator = clone(estimator)
        except (TypeError, RuntimeError) as e:
            raise InputError(f"{self.name} cannot be copied by scikit-learn's clone: {one_line(e)}") from e
        self.was_fitted = is_fitted(estimator)
        self._set(settings or {})
        self.raw = name is None and (wants_frame(self.estimator) or boosting.wants_frame(self.estimator))
        self.weights = weight_argument(self.estimator)
        self.supports = frozenset() if self.weights is None else frozenset({"weight"})

    def _set(self, settings: dict) -> None:
        target = self.estimator[-1] if isinstance(self.estimator, Pipeline) and not self.whole else self.estimator
        known = target.get_params(deep=True)
        for key, value in settings.items():
            if key not in known:
                raise InputError(
                    f"{self.name} has no setting {key!r}{did_you_mean(key, known)} (known: {listed(known)})"
                )
            target.set_params(**{key: value})

    def settings(self) -> dict:
        target = self.estimator[-1] if isinstance(self.estimator, Pipeline) and not self.whole else self.estimator
        own = boosting.library_of(target) is not None
        return {
            k: as_json(v)
            for k, v in sorted(target.get_params(deep=self.whole).items())
            if not _is_one_of(k, (*boosting.SEEDS, *boosting.THREADS))
            and not (own and (v is None or v != v))  # for these libraries: not set
        }

    def identity(self) -> object:
        plain = clone(self.estimator)
        _set_all(plain, (*boosting.SEEDS, *boosting.THREADS), None)
        return ["estimator-recipe", 3, self.raw, identify(plain)]

    def check(self, dataset: Dataset) -> list[str]:
        self._check_settings()
        boosting.check(self.estimator)
        told = [f"{self.name} is fitted already: each model is trained anew, on its own records"] * self.was_fitted
        return told + self._check_data(dataset)

    def _check_data(self, dataset: Dataset) -> list[str]:
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

    def train(
        self, dataset: Dataset, members: np.ndarray, seeds: np.ndarray, treatment: Treatment | None = None
    ) -> Iterator[Trained]:
        matrix = None if self.raw and isinstance(dataset.x, pd.DataFrame) else matrix_of(dataset)
        weights = [None] * len(members) if treatment is None or treatment.weights is None else treatment.weights
        for own, seed, weight in zip(members, seeds, weights):
            yield self._train_one(dataset, matrix, *weighted(own, weight), int(seed))

    def _train_one(
        self, dataset: Dataset, matrix: Matrix | None, rows: np.ndarray, weights: np.ndarray | None, seed: int
    ) -> Trained:
        if not len(rows):
            raise InputError(f"{self.name} has no record left to train on; aim the defence at fewer")
        x: Any = dataset.x if matrix is None else matrix.filled(*matrix.fit(rows))
        codes = dataset.y[rows]
        if (codes == codes[0]).all():
            return constant(codes[0], dataset, "a model saw one class only and always answers that class")
        assert dataset.values is not None
        model = clone(self.estimator)
        _set_all(model, boosting.SEEDS, seed % (2**32 - 1))
        _set_all(model, boosting.THREADS, 1)  # models are trained side by side already
        present = np.unique(codes)
        boosting.prepare(model, seed, len(present))
        own = boosting.counts_classes(model)  # else labels are as the user wrote them
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model.fit(
                x.iloc[rows] if isinstance(x, pd.DataFrame) else x[rows],
                np.searchsorted(present, codes) if own else dataset.values[codes],
                **({} if weights is None or self.weights is None else {self.weights: weights}),
            )
            seen = [int(c) for c in present] if own else codes_of(model.classes_, dataset)
            asked = x.iloc[dataset.asked] if isinstance(x, pd.DataFrame) else x[dataset.asked]
            logits, rounded = outputs_of(model, asked, seen, len(dataset.classes))
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
        tags = get_tags(last)
        kind, many = tags.estimator_type, not tags.target_tags.single_output
    except (AttributeError, TypeError):  # written for another scikit-learn; whether it has scores counts
        kind, many = None, False
    if kind not in (None, "classifier"):
        raise InputError(f"{type(last).__name__} ({kind}) is no classifier; give one with predict_proba")
    if many:
        raise InputError(f"{type(last).__name__} predicts several labels a record; give the classifier within it")
    if not has_scores(last):
        what = "classifier with scores" if kind else "classifier"
        raise InputError(f"{type(last).__name__} is no {what}: it has neither predict_proba nor decision_function")


def has_scores(estimator) -> bool:
    """Whether an estimator will give scores once it is fitted; a stack does where its final estimator does."""
    if hasattr(estimator, "final_estimator"):
        return estimator.final_estimator is None or has_scores(estimator.final_estimator)
    return hasattr(estimator, "predict_proba") or hasattr(estimator, "decision_function")


def wants_frame(estimator) -> bool:
    """Whether an estimator is, or holds, a Pipeline or what picks columns by name: a search over a Pipeline does."""
    parts = [estimator, *estimator.get_params(deep=True).values()]
    return any(isinstance(part, (Pipeline, ColumnTransformer)) for part in parts)


def is_fitted(estimator) -> bool:
    """Whether an estimator was fitted before it was given: by its own word, or by attributes such as `classes_`."""
    last = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    asked = getattr(last, "__sklearn_is_fitted__", getattr(last, "is_fitted", None))  # the latter is CatBoost's
    if callable(asked):
        return bool(asked())
    return any(k.endswith("_") and not k.startswith("_") for k in getattr(last, "__dict__", {}))


def codes_of(labels, dataset: Dataset) -> list[int]:
    """Class codes of labels as the user wrote them."""
    known = [as_text(v) for v in dataset.values]
    return [known.index(as_text(label)) for label in labels]


def _set_all(estimator, parameters: tuple[str, ...], value) -> None:
    names = [k for k in estimator.get_params(deep=True) if _is_one_of(k, parameters)]
    if names:
        estimator.set_params(**dict.fromkeys(names, value))


def _is_one_of(key: str, parameters: tuple[str, ...]) -> bool:
    return key.rpartition("__")[2] in parameters


def _parameters(model) -> int | None:
    """Number of fitted weights of a linear model or scikit-learn net; trees and neighbours have none to count."""
    last = model[-1] if isinstance(model, Pipeline) else model
    if hasattr(last, "coefs_"):
        return int(sum(w.size for w in [*last.coefs_, *last.intercepts_]))
    if isinstance(getattr(last, "coef_", None), np.ndarray):
        return int(last.coef_.size + np.size(getattr(last, "intercept_", 0)))
    return None
