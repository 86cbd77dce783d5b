"""Defences of training: settings for all records, and losses of the aimed ones."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from standout.data.dataset import Dataset
from standout.defend.around import Around, refuse_unsupported, teachers
from standout.errors import InputError
from standout.recipes.recipe import Trained
from standout.recipes.treatment import Treatment
from standout.signals import log_softmax


def with_setting(recipe: Any, aim: np.ndarray, strength: float, *, key: str) -> Any:
    """The recipe with a setting at the strength. Raises InputError where it has no such setting."""
    if not hasattr(recipe, "__dataclass_fields__") or not hasattr(recipe, key):
        raise InputError(f"{recipe.name} has no setting {key}, which this defence changes; audit mlp or convnet")
    return replace(recipe, **{key: type(getattr(recipe, key))(strength)})


class Aimed(Around):
    """Training treats the aimed records in another way: `treatment` says how."""

    needs: frozenset[str] = frozenset()
    changes = ""
    """Which part of a `Treatment` it fills."""

    def check(self, dataset: Dataset) -> list[str]:
        refuse_unsupported(self.inner, set(self.needs))
        within = self.inner
        while isinstance(within, Around):
            if isinstance(within, Aimed) and within.changes == self.changes:
                raise InputError(f"two defences of training change the {self.changes} of records; give one of them")
            within = within.inner
        return super().check(dataset)

    def train(self, dataset, members, seeds, treatment=None) -> Iterator[Trained]:
        own = self.treatment(dataset, members, seeds)
        yield from super().train(dataset, members, seeds, own if treatment is None else treatment.joined(own))

    def treatment(self, dataset: Dataset, members: np.ndarray, seeds: np.ndarray) -> Treatment:
        """How these models are trained: members bool (K, N), seeds int (K,)."""
        raise NotImplementedError

    def held_out(self, dataset: Dataset, members: np.ndarray, seeds: np.ndarray) -> np.ndarray:
        """Log-probabilities float64 (K, T, C) of the T aimed records by the `teachers` of these models."""
        aimed = self.aimed(dataset)
        found = teachers(self.inner, dataset, members, aimed, seeds)
        return np.stack([log_softmax(t.logits[aimed[dataset.asked]]) for t in found])


class LossFloor(Aimed):
    """The loss of an aimed record is kept from falling under a share, the strength, of its loss under a teacher that
    trained on the model's other members: it is learned no better than it can be guessed. Source: Standout."""

    needs = frozenset({"floor"})
    changes = "floors"

    def treatment(self, dataset, members, seeds):
        aimed = np.flatnonzero(self.aimed(dataset))
        log_p = self.held_out(dataset, members, seeds)
        losses = -log_p[:, np.arange(len(aimed)), dataset.y[aimed]]
        floors = np.zeros(members.shape, dtype=np.float32)
        floors[:, aimed] = self.strength * losses
        return Treatment(floors=floors)


class Distillation(Aimed):
    """The hard label of an aimed record is replaced by what a teacher that trained on the model's other members says of
    it, mixed with the label: the strength is the teacher's share. Source: Standout, after SELENA (arXiv 2110.08324)."""

    needs = frozenset({"soft_targets"})
    changes = "targets"

    def treatment(self, dataset, members, seeds):
        aimed = np.flatnonzero(self.aimed(dataset))
        targets = self.strength * np.exp(self.held_out(dataset, members, seeds))
        targets[:, np.arange(len(aimed)), dataset.y[aimed]] += 1 - self.strength
        return Treatment(rows=aimed, targets=targets.astype(np.float32))


class SelfDistillation(Aimed):
    """Aimed records are left out of the first epochs, a share, the strength; after them their label is what the net by
    then says of them. Nothing but the net's own training is needed. Source: Standout."""

    needs = frozenset({"soft_targets"})
    changes = "targets"

    def treatment(self, dataset, members, seeds):
        return Treatment(rows=np.flatnonzero(self.aimed(dataset)), wait=self.strength)


class DownWeighting(Aimed):
    """The loss of an aimed record counts by the strength, 0 to 1, of that of others."""

    needs = frozenset({"weight"})
    changes = "weights"

    def treatment(self, dataset, members, seeds):
        weights = np.ones(members.shape, dtype=np.float32)
        weights[:, self.aimed(dataset)] = self.strength
        return Treatment(weights=weights)


class Clipping(Aimed):
    """The gradient of an aimed record's loss by its logits, in each step, is shortened to a norm of the strength where
    it is longer. For softmax cross-entropy it is p - target, of norm at most the root of 2: a record that the net gets
    wrong pulls no harder than one it is nearly sure of, but pulls until it is learned. Source: Standout."""

    needs = frozenset({"clip"})
    changes = "clips"

    def treatment(self, dataset, members, seeds):
        clips = np.full(members.shape, np.inf, dtype=np.float32)
        clips[:, self.aimed(dataset)] = self.strength
        return Treatment(clips=clips)


class AimedSmoothing(Aimed):
    """Label smoothing, of the strength, for aimed records alone."""

    needs = frozenset({"soft_targets"})
    changes = "smoothing"

    def treatment(self, dataset, members, seeds):
        smoothing = np.zeros(members.shape, dtype=np.float32)
        smoothing[:, self.aimed(dataset)] = self.strength
        return Treatment(smoothing=smoothing)
