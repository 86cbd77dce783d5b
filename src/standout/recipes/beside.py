"""Models from a file of the user's own, which may import what lies beside it, as under `python file.py`."""

from collections.abc import Collection, Iterator

import numpy as np

from standout.data.dataset import Dataset
from standout.recipes.recipe import Recipe, Trained, trained_by
from standout.recipes.treatment import Treatment
from standout.userfile import importable


class Beside:
    """A recipe whose code may import modules of `folder` while it runs, in whatever process."""

    def __init__(self, recipe: Recipe, folder: str):
        self.recipe, self.folder = recipe, folder
        self.name, self.supports = recipe.name, recipe.supports

    def __getattr__(self, name: str):
        if name.startswith("__") or name == "recipe":  # asked while it is unpickled, before it has anything
            raise AttributeError(name)
        return getattr(self.recipe, name)

    def settings(self) -> dict:
        return self.recipe.settings()

    def identity(self) -> object:
        with importable(self.folder):
            return self.recipe.identity()

    def check(self, dataset: Dataset) -> list[str]:
        with importable(self.folder):
            return self.recipe.check(dataset)

    def stack_size(self, dataset: Dataset) -> int:
        return self.recipe.stack_size(dataset)

    def train(
        self,
        dataset: Dataset,
        members: np.ndarray,
        seeds: np.ndarray,
        traced: Collection[int] = (),
        treatment: Treatment | None = None,
    ) -> Iterator[Trained]:
        with importable(self.folder):
            if treatment is None:
                yield from trained_by(self.recipe, dataset, members, seeds, traced)
            else:  # by a defence, which traces nothing; `supports` says that the recipe can
                yield from self.recipe.train(dataset, members, seeds, treatment=treatment)  # pyright: ignore[reportCallIssue]
