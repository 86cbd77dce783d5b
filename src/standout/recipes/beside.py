"""Models from a file of the user's own, which may import what lies beside it, as under `python file.py`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from standout.data.dataset import Dataset
from standout.recipes.recipe import Recipe, Trained


@contextmanager
def importable(folder: str) -> Iterator[None]:
    """Modules of a folder can be imported here, before all others. Afterwards they count as never imported: another
    folder may have modules of the same names, a file may have changed, and workers, which cannot import them, get
    their code by value."""
    before = {*sys.modules}
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        if folder in sys.path:
            sys.path.remove(folder)
        for name in {*sys.modules} - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file and Path(folder) in Path(file).parents and not _installed(file, folder):
                del sys.modules[name]


def _installed(file: str, folder: str) -> bool:
    """Whether a file under a folder was put there by an installer: a folder may hold a virtual environment."""
    return bool({"site-packages", "dist-packages"} & {*Path(file).relative_to(folder).parts})


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

    def train(self, dataset: Dataset, members: np.ndarray, seeds: np.ndarray) -> Iterator[Trained]:
        with importable(self.folder):
            yield from self.recipe.train(dataset, members, seeds)
