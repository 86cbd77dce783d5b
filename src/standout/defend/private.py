"""DP-SGD: the defence with a proof, and the yardstick of all others."""

import importlib.metadata
from collections.abc import Iterator

import numpy as np

from standout.data.dataset import Dataset
from standout.defend.around import Around, refuse_unsupported
from standout.recipes.recipe import Trained
from standout.recipes.treatment import Privacy, Treatment


class DpSgd(Around):
    """Gradients of single records are clipped, and noise hides whose they are: the strength is epsilon, what a model
    may tell of any one member; delta is one over their number. Source: arXiv 1607.00133, by Opacus.

    The recipe's net, epochs, batch size and optimiser stay, so it is slower and less accurate than one tuned for noise.
    """

    def __init__(self, inner, aim, strength=0.0):
        super().__init__(inner, aim, strength)
        self.supports = self.supports & {"features"}  # another loss or other data may look at more than one record
        self.name = f"{inner.name} by dp-sgd"

    def identity(self) -> object:
        return [super().identity(), importlib.metadata.version("opacus")]

    def check(self, dataset: Dataset) -> list[str]:
        refuse_unsupported(self.inner, {"dp"})
        from standout.recipes.nets.private import refuse_without_opacus

        refuse_without_opacus()
        told = super().check(dataset)
        if self.epsilon(dataset, np.ones((1, len(dataset)), dtype=bool)) is None:
            told.append(
                "dp-sgd: this data is scaled or filled by what each model trains on, which its epsilon does not cover: "
                "none is claimed"
            )
        return told

    def epsilon(self, dataset: Dataset, members: np.ndarray) -> float | None:
        """As in Around: what the trainings spent, at most the strength."""
        from standout.recipes.nets.private import spent

        return spent(self.inner, dataset, members, Privacy(self.strength))  # pyright: ignore[reportArgumentType]

    def train(self, dataset, members, seeds, treatment=None) -> Iterator[Trained]:
        own = Treatment(privacy=Privacy(self.strength))
        yield from super().train(dataset, members, seeds, own if treatment is None else treatment.joined(own))
