"""A defence is a recipe around a recipe: what trains, stores and resumes recipes does the same with defended ones."""

from collections.abc import Iterator
from typing import Self

import numpy as np

from standout.data.dataset import Dataset
from standout.errors import InputError, listed
from standout.recipes.recipe import Recipe, Trained
from standout.recipes.treatment import Treatment


class Around:
    """The recipe as it is; a defence overrides what it changes.

    aim: ids of the records that it is aimed at, text (T,), fixed before and the same for all models; strength: how
    much, 0 where it has none. A defence sees, of each model, its members and nothing else.
    """

    sees_answers_alone = False
    """Whether it changes what models answer by nothing but that: a guarantee of the recipe inside then still holds."""

    def __init__(self, inner: Recipe, aim: np.ndarray, strength: float = 0.0):
        self.inner, self.aim, self.strength = inner, aim, strength
        self.name = inner.name
        self.supports: frozenset[str] = inner.supports - {"traces"}

    def settings(self) -> dict:
        return self.inner.settings()

    def identity(self) -> object:
        return [self.inner.identity(), type(self).__name__, self.strength, self.aim.tolist()]

    def check(self, dataset: Dataset) -> list[str]:
        return self.inner.check(dataset)

    def stack_size(self, dataset: Dataset) -> int:
        return self.inner.stack_size(dataset)

    def at(self, dtype: str) -> Self:
        """The same in the precision of a plan."""
        at = getattr(self.inner, "at", None)
        return self if at is None else type(self)(at(dtype), self.aim, self.strength)

    def epsilon(self, dataset: Dataset, members: np.ndarray) -> float | None:
        """The largest epsilon of differential privacy that models on members bool (K, N) have, at delta one over the
        number of a model's members; None where none is guaranteed. A record more or less among the members is what is
        hidden; the pool that they are drawn from, settings and the ids aimed at are taken as known."""
        inner = getattr(self.inner, "epsilon", None)
        return inner(dataset, members) if inner is not None and self.sees_answers_alone else None

    def aimed(self, dataset: Dataset) -> np.ndarray:
        """Which records it is aimed at, bool (N,)."""
        return np.isin(dataset.ids, self.aim)

    def train(
        self, dataset: Dataset, members: np.ndarray, seeds: np.ndarray, treatment: Treatment | None = None
    ) -> Iterator[Trained]:
        yield from trained(self.inner, dataset, members, seeds, treatment)


def trained(
    recipe: Recipe, dataset: Dataset, members: np.ndarray, seeds: np.ndarray, treatment: Treatment | None
) -> Iterator[Trained]:
    """Models of a recipe under a treatment, where there is one. Raises InputError where the recipe cannot give it."""
    if treatment is None:
        yield from recipe.train(dataset, members, seeds)
        return
    refuse_unsupported(recipe, treatment.needs)
    yield from recipe.train(dataset, members, seeds, treatment=treatment)  # pyright: ignore[reportCallIssue]


def plain_of(recipe: Recipe) -> Recipe:
    """The recipe inside of all defences."""
    while isinstance(recipe, Around):
        recipe = recipe.inner
    return recipe


def teachers(
    recipe: Recipe, dataset: Dataset, members: np.ndarray, aimed: np.ndarray, seeds: np.ndarray
) -> Iterator[Trained]:
    """One teacher of each model, that trained on its members, bool (K, N), without any aimed record, bool (N,), and
    without a defence, since it sees none of those: nothing but members is seen, and no aimed label."""
    others = np.array([int(np.random.SeedSequence([int(s), 7]).generate_state(1)[0]) for s in seeds])
    yield from plain_of(recipe).train(dataset, members & ~aimed, others)


def refuse_unsupported(recipe: Recipe, needs: set[str]) -> None:
    """Raises InputError where a recipe lacks what a defence needs of it."""
    lacking = sorted(needs - recipe.supports)
    if lacking:
        raise InputError(
            f"{recipe.name} cannot be trained with {listed(lacking).replace('_', ' ')}, which this defence needs"
            f"{MEND.get(lacking[0], '') if callable(getattr(recipe, 'fit', None)) else ''}; give {others_of(recipe)}, "
            "or audit mlp or convnet"
        )


MEND = {"weight": " (a function takes it as sample_weight=None)"}
"""What a function of the user's lacks."""


def others_of(recipe: Recipe) -> str:
    """Defences that any recipe takes, and this one, as a message says them."""
    able = ["remove", "relabel", "microaggregate", *["down-weighting"] * ("weight" in recipe.supports)]
    return f"{', '.join(able)} or a defence of answers"
