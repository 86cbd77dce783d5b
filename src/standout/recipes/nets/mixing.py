"""Mixup (Zhang et al., arXiv 1710.09412): a step's records are mixed in pairs, and so are their labels."""

import torch
from scipy.special import betaincinv
from torch import Tensor

from standout.recipes.nets.losses import CrossEntropy
from standout.recipes.nets.stacked import Inputs, Noise

PAIRS, SHARES = 62, 63
"""Places of the noise, behind those of dropout in layers."""


class Mixup:
    """What a step takes in, and its loss.

    gather: the records as they are; noise: seeds of the models, and the step; weights: float32 (S, K, B), as of
    `Batches`, 0 for padding, which is mixed with nothing; alpha: of the Beta distribution that shares come from, one
    for each step and model. A record's partner is of the same step of its own model (a permutation, so that some are
    their own). Share and partners come from the model's seed and the step alone.
    """

    def __init__(self, gather: Inputs, noise: Noise, weights: Tensor, alpha: float, plain: CrossEntropy):
        self.gather, self.noise, self.real, self.alpha, self.plain = gather, noise, weights > 0, alpha, plain
        self.partners = self.shares = torch.empty(0)

    def draw(self) -> tuple[Tensor, Tensor]:
        """Of the step: (place in the step of each record's partner, int (K, B); share of the record itself,
        float32 (K, 1))."""
        real = self.real[self.noise.step % len(self.real)]
        models, width = real.shape
        behind = 1.0 + torch.arange(width, device=real.device)
        order = torch.where(real, self.noise.uniform(1, width, PAIRS)[:, 0], behind)
        uniform = self.noise.uniform(1, 1, SHARES)[:, 0, 0].to(torch.float64).cpu().numpy()
        shares = torch.from_numpy(betaincinv(self.alpha, self.alpha, uniform)).to(real.device, torch.float32)
        return torch.sort(order, dim=1, stable=True).indices, shares.view(models, 1)

    def inputs(self, records: Tensor) -> Tensor:
        """Mixed records (K, B, ...); draws for the step."""
        self.partners, self.shares = self.draw()
        x = self.gather(records)
        models = torch.arange(len(x), device=x.device)[:, None]
        return torch.lerp(x[models, self.partners], x, self.shares.to(x.dtype)[..., None])

    def __call__(self, logits: Tensor, labels: Tensor, records: Tensor, models: Tensor) -> Tensor:
        """(K, B), as `Loss`: of the mixed label, which is the mixture of the losses."""
        other = labels.gather(1, self.partners)
        own, its = (self.plain(logits, which, records, models) for which in (labels, other))
        return self.shares * own + (1 - self.shares) * its

    def gradient(self, logits: Tensor, labels: Tensor, records: Tensor, models: Tensor, weights: Tensor) -> Tensor:
        """(K, B, C) by the logits, as those of the losses are mixed."""
        other = labels.gather(1, self.partners)
        own = self.plain.gradient(logits, labels, records, models, weights * self.shares)
        return own.add_(self.plain.gradient(logits, other, records, models, weights * (1 - self.shares)))
