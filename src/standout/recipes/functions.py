"""A plain function as recipe: `fit(x, y, *, seed, sample_weight=None)` returns `predict(x)`."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from standout.data.dataset import Dataset
from standout.errors import InputError, one_line
from standout.recipes.identity import identify
from standout.recipes.recipe import Trained
from standout.recipes.treatment import Treatment
from standout.recipes.weights import ARGUMENT, takes, weighted
from standout.signals import as_logits, looks_like_probabilities, row_no_sum


class FunctionRecipe:
    """x as the data set holds it, y int64 codes in the order of `Dataset.classes`; predict(x) gives (N, C) logits, or
    probabilities (told apart by rows that are non-negative and sum to 1), as an array, a list or a tensor."""

    supports: frozenset[str]
    """"weight" where the function takes sample_weight, float64 (n,) or None."""

    def __init__(self, fit: Callable, settings: dict | None = None):
        self.name = getattr(fit, "__name__", type(fit).__name__)
        if settings:
            raise InputError(f"{self.name} is a function of your own: set its settings there, not by settings")
        self.fit = fit
        self.supports = frozenset({"weight"}) if takes(fit) else frozenset()

    def settings(self) -> dict:
        return {}

    def identity(self) -> object:
        return ["function-recipe", 1, identify(self.fit)]

    def check(self, dataset: Dataset) -> list[str]:
        try:
            inspect.signature(self.fit).bind(dataset.x, dataset.y, seed=0)
        except TypeError as e:
            raise InputError(f"{self.name} must take (x, y, *, seed, sample_weight=None): {one_line(e)}") from e
        except ValueError:  # built-in code that has no signature to look at
            pass
        return []

    def stack_size(self, dataset: Dataset) -> int:
        return 2

    def train(
        self, dataset: Dataset, members: np.ndarray, seeds: np.ndarray, treatment: Treatment | None = None
    ) -> Iterator[Trained]:
        weights = [None] * len(members) if treatment is None or treatment.weights is None else treatment.weights
        for mask, seed, weight in zip(members, seeds, weights):
            rows, own = weighted(mask, weight)
            x = dataset.x.iloc[rows] if isinstance(dataset.x, pd.DataFrame) else dataset.x[rows]
            more = {} if own is None else {ARGUMENT: own}
            predict = self.fit(x, dataset.y[rows], seed=int(seed), **more)
            if not callable(predict):
                raise InputError(f"{self.name} returned a {type(predict).__name__}; it must return predict(x)")
            outputs = self._answers(predict, dataset)
            expected = (len(dataset.y[dataset.asked]), len(dataset.classes))
            if outputs.shape != expected:
                raise InputError(
                    f"predict of {self.name} returned shape {outputs.shape} for {expected[0]} records and "
                    f"{expected[1]} classes; return {expected}, a column for every class even if training lacked it"
                )
            if outputs.dtype.kind not in "fiub" or not np.isfinite(outputs).all():
                raise InputError(f"predict of {self.name} returned values that are not finite numbers")
            if (row := row_no_sum(outputs)) is not None:
                raise InputError(
                    f"predict of {self.name}: rows of predict must sum to 1, row {row} (counted from 0) sums to "
                    f"{outputs[row].sum(dtype=np.float64):.4g}; or return logits"
                )
            note = None
            if not np.array_equal(outputs, self._answers(predict, dataset)):
                note = f"{self.name} answers differently when asked twice: is dropout or another noise on in predict?"
            yield Trained(
                as_logits(outputs), rounded=looks_like_probabilities(outputs) and bool((outputs == 0).any()), note=note
            )

    def _answers(self, predict: Callable, dataset: Dataset) -> np.ndarray:
        """What predict says of every audited record; it gets a copy, since it may scale in place what it is given."""
        asked = dataset.asked
        x = dataset.x.iloc[asked] if isinstance(dataset.x, pd.DataFrame) else dataset.x[asked]
        answers = predict(x.copy())
        try:
            return as_array(answers)
        except (TypeError, ValueError) as e:
            raise InputError(f"predict of {self.name} must return an array (records, classes): {one_line(e)}") from e


def as_array(answers: Any) -> np.ndarray:
    """Numbers from whatever holds them: a tensor that still has its gradient or lies on a GPU, objects in an array.
    Raises TypeError or ValueError where they are none."""
    if hasattr(answers, "detach"):  # a torch tensor
        answers = answers.detach().cpu()
        answers = (answers.float() if answers.is_floating_point() and answers.itemsize < 4 else answers).numpy()
    array = np.asarray(answers)
    return array.astype(np.float64) if array.dtype.hasobject else array
