"""Losses of the stacked loop: per record, so that a training defence can treat each record in its own way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from standout.recipes.treatment import Treatment

VECTOR = 16

Loss = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
"""loss(logits float32 (K, B, C), labels (K, B), records (K, B), models (K,)) -> (K, B): the hook of training
defences."""


@runtime_checkable
class Sloped(Protocol):
    """A loss that has its own gradient: because that is quicker, or because it is no sum over records."""

    def gradient(self, logits: Tensor, labels: Tensor, records: Tensor, models: Tensor, weights: Tensor) -> Tensor:
        """(K, B, C) by the logits of a step; weights (K, B) as in `Batches`."""
        ...


@dataclass(frozen=True)
class CrossEntropy:
    """The default loss, with label smoothing as in torch: a share of the target spread over all classes. It knows its
    gradient, which saves a step the bookkeeping of autograd."""

    label_smoothing: float = 0.0

    def __call__(self, logits: Tensor, labels: Tensor, records: Tensor, models: Tensor) -> Tensor:
        flat = F.cross_entropy(
            logits.flatten(0, 1), labels.flatten(), reduction="none", label_smoothing=self.label_smoothing
        )
        return flat.view(labels.shape)

    def gradient(self, logits: Tensor, labels: Tensor, records: Tensor, models: Tensor, weights: Tensor) -> Tensor:
        """Of the weighted sum of losses: weights times softmax less target."""
        shift = softmax(logits)
        one = shift.new_full((), self.label_smoothing - 1).expand(*labels.shape, 1)
        shift.scatter_add_(2, labels[..., None], one)
        if self.label_smoothing:
            shift.sub_(self.label_smoothing / logits.shape[2])
        return shift.mul_(weights[..., None])


def softmax(logits: Tensor) -> Tensor:
    """Over the last dimension of (K, B, C), a tensor of its own."""
    if logits.shape[2] < VECTOR:  # torch's softmax over a last dimension this short is ten times slower
        return torch.softmax(logits.transpose(1, 2).contiguous(), 1).transpose(1, 2)
    return torch.softmax(logits, 2)


class Treated:
    """Cross-entropy under a `Treatment` of the K models of a stack on N records; label_smoothing: of all records."""

    def __init__(self, treatment: Treatment, records: int, label_smoothing: float, device: torch.device):
        on = lambda a: None if a is None else torch.from_numpy(np.ascontiguousarray(a)).to(device)  # noqa: E731
        self.label_smoothing = label_smoothing
        self.weights, self.floors, self.smoothing = (
            on(a) for a in (treatment.weights, treatment.floors, treatment.smoothing)
        )
        self.targets, self.place, self.waiting = on(treatment.targets), None, treatment.wait is not None
        if treatment.rows is not None:
            place = np.full(records, -1)
            place[treatment.rows] = np.arange(len(treatment.rows))
            self.place = on(place)

    def teach(self, answers: Tensor) -> None:
        """From now on the rows that waited have these targets: logits (K, T, C)."""
        self.targets, self.waiting = torch.softmax(answers, 2), False

    def wanted(self, logits: Tensor, labels: Tensor, records: Tensor, models: Tensor) -> Tensor:
        """Target probabilities (K, B, C)."""
        classes, of = logits.shape[2], models[:, None]
        spread: Tensor | float = self.label_smoothing
        if self.smoothing is not None:
            spread = self.smoothing[of, records].clamp(min=self.label_smoothing)[..., None]
        target = F.one_hot(labels, classes).to(logits.dtype) * (1 - spread) + spread / classes
        if self.place is not None and self.targets is not None:
            place = self.place[records]
            target = torch.where((place >= 0)[..., None], self.targets[of, place.clamp(min=0)], target)
        return target

    def __call__(self, logits: Tensor, labels: Tensor, records: Tensor, models: Tensor) -> Tensor:
        """(K, B), as `Loss`."""
        loss = self.plain(logits, labels, records, models)
        if self.floors is not None:
            floors = self.floors[models[:, None], records]
            loss = (loss - floors).abs() + floors
        return loss * self.scale(records, models)

    def plain(self, logits: Tensor, labels: Tensor, records: Tensor, models: Tensor) -> Tensor:
        """Losses (K, B) before floors and weights."""
        return -(self.wanted(logits, labels, records, models) * F.log_softmax(logits, 2)).sum(2)

    def scale(self, records: Tensor, models: Tensor) -> Tensor:
        """By how much losses count, (K, B)."""
        counts = torch.ones(records.shape, device=records.device)
        if self.waiting and self.place is not None:
            counts = counts * (self.place[records] < 0)
        return counts if self.weights is None else counts * self.weights[models[:, None], records]

    def gradient(self, logits: Tensor, labels: Tensor, records: Tensor, models: Tensor, weights: Tensor) -> Tensor:
        """As `Sloped`: softmax less target, turned round below a floor. Autograd would take half as long again."""
        weights = weights * self.scale(records, models)
        if self.floors is not None:
            floors = self.floors[models[:, None], records]
            weights = weights * torch.sign(self.plain(logits, labels, records, models) - floors)
        shift = softmax(logits)
        shift.sub_(self.wanted(logits, labels, records, models))
        return shift.mul_(weights[..., None])


def gradient(
    loss: Loss | Sloped, logits: Tensor, labels: Tensor, records: Tensor, models: Tensor, weights: Tensor
) -> Tensor:
    """Gradient (K, B, C) of the sum of weights (K, B) times losses by the logits: its own where a loss has one."""
    if isinstance(loss, Sloped):
        return loss.gradient(logits, labels, records, models, weights)
    with torch.enable_grad():
        leaf = logits.detach().requires_grad_()
        return torch.autograd.grad(loss(leaf, labels, records, models), leaf, weights)[0]
