"""Defences that train all records in another way."""

from collections.abc import Iterator

import numpy as np

from standout.data.dataset import Dataset
from standout.defend.around import Around, plain_of, refuse_unsupported
from standout.errors import InputError
from standout.recipes.recipe import Recipe, Trained
from standout.recipes.treatment import Treatment


class Whole(Around):
    """All records are trained as `treatment` says."""

    label = ""
    """What it is called in messages."""
    needs: frozenset[str] = frozenset()
    leaves: frozenset[str] = frozenset()
    """What can still be done besides, of `Recipe.supports`."""

    def __init__(self, inner: Recipe, aim: np.ndarray, strength: float = 0.0):
        super().__init__(inner, aim, strength)
        self.supports = self.supports & self.leaves
        self.name = f"{inner.name} by {self.label}"

    def check(self, dataset: Dataset) -> list[str]:
        refuse_unsupported(self.inner, set(self.needs))
        return super().check(dataset)

    def train(self, dataset, members, seeds, treatment=None) -> Iterator[Trained]:
        own = self.treatment(members, seeds)
        trains = members if own.held is None else members & ~own.held
        yield from super().train(dataset, trains, seeds, own if treatment is None else treatment.joined(own))

    def treatment(self, members: np.ndarray, seeds: np.ndarray) -> Treatment:
        """How all records of these models are trained: members bool (K, N), seeds int (K,)."""
        raise NotImplementedError


class RelaxLoss(Whole):
    """The mean loss of a step is kept near the strength, in nats. Source: arXiv 2207.05801, as released."""

    label = "relaxloss"
    needs = frozenset({"relaxloss"})
    leaves = frozenset({"early_stopping", "features"})

    def check(self, dataset: Dataset) -> list[str]:
        if getattr(plain_of(self.inner), "label_smoothing", 0):
            raise InputError("relaxloss sets targets of its own, so it goes with no label smoothing; leave that out")
        return super().check(dataset)

    def treatment(self, members, seeds):
        return Treatment(relax=self.strength)


class Mixup(Whole):
    """Each step sees mixtures of its records, two by two; the strength is alpha of the Beta distribution of the shares:
    near 0 nearly nothing is mixed, at 1 all shares are as likely. Source: arXiv 1710.09412."""

    label = "mixup"
    needs = frozenset({"mixup"})
    leaves = frozenset({"early_stopping", "features"})

    def treatment(self, members, seeds):
        return Treatment(mixup=self.strength)
