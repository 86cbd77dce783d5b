"""Losses of the stacked loop: per record, so that a training defence can treat each record in its own way."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

VECTOR = 16

Loss = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
"""loss(logits float32 (K, B, C), labels (K, B), records (K, B), models (K,)) -> (K, B): the hook of training
defences."""


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

    def gradient(self, logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
        """Of the weighted sum of losses: weights times softmax less target."""
        if logits.shape[2] < VECTOR:  # torch's softmax over a last dimension this short is ten times slower
            shift = torch.softmax(logits.transpose(1, 2).contiguous(), 1).transpose(1, 2)
        else:
            shift = torch.softmax(logits, 2)
        one = shift.new_full((), self.label_smoothing - 1).expand(*labels.shape, 1)
        shift.scatter_add_(2, labels[..., None], one)
        if self.label_smoothing:
            shift.sub_(self.label_smoothing / logits.shape[2])
        return shift.mul_(weights[..., None])


def gradient(loss: Loss, logits: Tensor, labels: Tensor, records: Tensor, models: Tensor, weights: Tensor) -> Tensor:
    """Gradient (K, B, C) of the sum of weights (K, B) times losses by the logits: its own where a loss knows it."""
    if isinstance(loss, CrossEntropy):
        return loss.gradient(logits, labels, weights)
    with torch.enable_grad():
        leaf = logits.detach().requires_grad_()
        return torch.autograd.grad(loss(leaf, labels, records, models), leaf, weights)[0]
