"""Early stopping: each model answers with the weights that did best on rows held out of its training."""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from standout.recipes.nets.inputs import PART, Fit, Source
from standout.recipes.nets.stacked import Stack


class Stopping:
    """Of the K models of a stack. labels: K of int (n,), of the rows that each model holds out; ask(k): logits (n, C)
    of model k on its own, as it stands.

    One copy of the stack's weights and buffers is kept. Which epoch is a model's own affair: the stack trains all its
    epochs.
    """

    def __init__(self, stack: Stack, labels: list[Tensor], ask: Callable[[int], Tensor]):
        self.stack, self.labels, self.ask = stack, labels, ask
        self.losses = [float("inf")] * len(labels)
        """Lowest mean cross-entropy so far."""
        self.epochs = [0] * len(labels)
        """After which it was, counted from 1; 0 where none was a number."""
        self.state = [*stack.parameters.tensors, *stack.buffers]
        self.kept = [t.clone() for t in self.state]

    def after(self, epoch: int) -> None:
        """Keep the weights of the models that never did better; of equal epochs the first counts."""
        for k, labels in enumerate(self.labels):
            loss = float(F.cross_entropy(self.ask(k).to(torch.float64), labels))
            if loss < self.losses[k]:
                self.losses[k], self.epochs[k] = loss, epoch
                for kept, now in zip(self.kept, self.state):
                    kept[k] = now[k]

    def restore(self) -> None:
        """Each model to where it did best; one whose losses were never numbers stays as it is."""
        for k, epoch in enumerate(self.epochs):
            if epoch:
                for kept, now in zip(self.kept, self.state):
                    now[k] = kept[k]
        self.stack.parameters.stepped()


def stopping_of(stack: Stack, held: np.ndarray, labels: Tensor, source: Source, fits: list[Fit]) -> Stopping:
    """Of a stack whose models hold out rows of the records, bool (K, N), and see them as their fits say."""
    rows = [torch.from_numpy(np.flatnonzero(own)).to(labels.device) for own in held]
    seen = [source.seen_by(fit) for fit in fits]

    def ask(k: int) -> Tensor:
        answer = stack.answering(k)
        return torch.cat([answer(seen[k](part))[0] for part in rows[k].split(PART)])

    return Stopping(stack, [labels[own] for own in rows], ask)
