"""Defences of the data: aimed records are taken out or given another label before a model is trained."""

from collections.abc import Iterator

from standout.defend.around import Around
from standout.recipes.recipe import Trained


class Remove(Around):
    """Aimed records are left out of every training."""

    def train(self, dataset, members, seeds, treatment=None) -> Iterator[Trained]:
        yield from super().train(dataset, members & ~self.aimed(dataset), seeds, treatment)
