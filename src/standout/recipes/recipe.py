"""What every recipe is: a way to train models from (data, memberships, seeds)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np

from standout.data.dataset import Dataset
from standout.recipes.traces import Trace


@dataclass(frozen=True, eq=False)
class Trained:
    """One trained model, seen from outside: what it answers on every record.

    logits: float (N, C), classes in the order of `Dataset.classes`; logarithms of probabilities are logits.
    rounded: some probability was 0, so that signals depend on how it is smoothed.
    parameters: their number, where a model has one. weights, features: kept for the first models of an audit. trace: of
    a model that was to be traced. Where a defence changes answers, said: the classes int (N,) that the model says
    without it; recovered: logits (N, C) that an attacker who knows it makes of its answers, None where he cannot.
    """

    logits: np.ndarray
    rounded: bool = False
    parameters: int | None = None
    weights: dict[str, np.ndarray] = field(default_factory=dict)
    features: np.ndarray | None = None
    note: str | None = None
    trace: Trace | None = None
    said: np.ndarray | None = None
    recovered: np.ndarray | None = None


class Pace(NamedTuple):
    """What a plan fixes of the way in which models are trained. seconds: that one model takes on one core, None where
    that was not measured."""

    stack_size: int
    dtype: str
    seconds: float | None


class Recipe(Protocol):
    """How a model is trained. `supports` names the treatments and by-products that it can give.

    A recipe whose pace depends on the machine has two methods more: `pace(dataset, records, most)`, a Pace for models
    trained on so many records, at most so many at a time, None for the same on machines of one kind; and `at(dtype)`,
    the recipe in the precision of a plan. One that supports "traces" has a `train` that takes `traced` as well: which
    of the K models are to be traced, which changes none of them.
    """

    name: str
    supports: frozenset[str]

    def settings(self) -> dict:
        """What was asked, resolved, as JSON."""
        ...

    def identity(self) -> object:
        """JSON that differs whenever trained models would; raises UnidentifiableError where that cannot be known."""
        ...

    def check(self, dataset: Dataset) -> list[str]:
        """Raises InputError where this data cannot be trained on; returns lines to tell."""
        ...

    def stack_size(self, dataset: Dataset) -> int:
        """How many models one task trains: the unit of work and of resume."""
        ...

    def train(self, dataset: Dataset, members: np.ndarray, seeds: np.ndarray) -> Iterator[Trained]:
        """Models trained on each row of members bool (K, N), reproducible from their seeds int (K,)."""
        ...


def trained_by(
    recipe: Recipe, dataset: Dataset, members: np.ndarray, seeds: np.ndarray, traced: Collection[int] = ()
) -> Iterator[Trained]:
    """As `Recipe.train`; of the models `traced`, by their places, a trace is taken where the recipe can."""
    if traced and "traces" in getattr(recipe, "supports", ()):  # recipes of users may name none
        return recipe.train(dataset, members, seeds, traced=frozenset(traced))  # pyright: ignore[reportCallIssue]
    return recipe.train(dataset, members, seeds)
