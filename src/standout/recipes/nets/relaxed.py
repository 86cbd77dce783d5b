"""RelaxLoss (Chen et al., arXiv 2207.05801): the mean loss is kept near a target above 0."""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor


class RelaxLoss:
    """The loss of a step of each model, by the kind of its epoch, told by `after`.

    target: of the mean cross-entropy L over the step's records, in nats. In even epochs, counted from 0, the loss is
    |L - target|: it is climbed where L is too low. In odd ones it is L above the target, and below it the mean of
    (1 - correct) x flat - cross-entropy: `flat` is the cross-entropy to a target with the label's own probability on
    the label and the rest spread evenly, which lets records that are right lose confidence and keeps the others flat.
    All is of one model's step, so that no model depends on its company. As the authors released it
    (source/cifar/defense/relaxloss.py; there, too, the slope goes through the flat target), with their upper bound of
    confidence at 1, where it bounds nothing.
    """

    def __init__(self, target: float):
        self.target, self.epoch = target, 0

    def after(self, epoch: int) -> None:
        """This epoch, counted from 1, has ended."""
        self.epoch = epoch

    def __call__(self, logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
        """Of each model's step, (K,). weights (K, B): one over the number of the step's records, 0 for padding."""
        log_p = F.log_softmax(logits, 2)
        own = log_p.gather(2, labels[..., None])[..., 0]
        mean = -(weights * own).sum(1)
        if self.epoch % 2 == 0:
            return (mean - self.target).abs()
        p, others = own.exp(), logits.shape[2] - 1
        flat = -(p * own + (1 - p) / others * (log_p.sum(2) - own))
        wrong = logits.argmax(2) != labels
        return torch.where(mean > self.target, mean, (weights * (wrong * flat + own)).sum(1))

    def gradient(self, logits: Tensor, labels: Tensor, records: Tensor, models: Tensor, weights: Tensor) -> Tensor:
        """(K, B, C) by the logits."""
        with torch.enable_grad():
            leaf = logits.detach().requires_grad_()
            return torch.autograd.grad(self(leaf, labels, weights).sum(), leaf)[0]
