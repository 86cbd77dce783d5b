"""One loop that trains K nets at a time: stacked weights, data resident in memory, index lists per model.

Everything random comes from each model's own seed, so a model does not depend on its company in the stack.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

Loss = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]
"""loss(logits (K, B, C), labels (K, B), records (K, B), models (K,)) -> (K, B): the hook of training defences."""

Inputs = Callable[[Tensor], Tensor]
"""inputs(records (K, B)) -> (K, B, ...): gathers and prepares a batch."""


class Stack(Protocol):
    """K nets of one architecture whose weights are tensors with K in front."""

    def parameters(self) -> list[Tensor]: ...

    def forward(self, x: Tensor, *, noise: "Noise | None" = None) -> Tensor: ...


@dataclass(frozen=True)
class Training:
    """How long and how fast. `optimizer`: adam, adamw or sgd (momentum 0.9); weight decay as each defines it."""

    epochs: int
    batch_size: int
    lr: float
    weight_decay: float
    optimizer: str


@dataclass
class Noise:
    """Uniform numbers from (seed of the model, step, place): equal whatever else is in the stack."""

    seeds: Tensor
    step: int = 0

    def uniform(self, batch: int, width: int, layer: int) -> Tensor:
        """float (K, batch, width) in [0, 1)."""
        place = torch.arange(batch * width, device=self.seeds.device).view(1, batch, width)
        h = self.seeds.view(-1, 1, 1) * 0x2545F491 + (self.step * 64 + layer) * 0x9E3779B1 + place * 0x85EBCA77
        for shift, factor in ((33, 0x5851F42D4C957F2D), (29, 0x14057B7EF767814F)):
            h = (h ^ ((h >> shift) & ((1 << (64 - shift)) - 1))) * factor
        return ((h >> 40) & 0xFFFFFF).to(torch.float32) / 0x1000000


def cross_entropy(label_smoothing: float = 0.0) -> Loss:
    """The default loss."""

    def loss(logits: Tensor, labels: Tensor, records: Tensor, models: Tensor) -> Tensor:
        flat = F.cross_entropy(
            logits.flatten(0, 1), labels.flatten(), reduction="none", label_smoothing=label_smoothing
        )
        return flat.view(labels.shape)

    return loss


def generators(seeds: list[int], device: torch.device) -> list[torch.Generator]:
    """One random generator a model."""
    return [torch.Generator(device=device).manual_seed(seed) for seed in seeds]


def train(
    stack: Stack,
    inputs: Inputs,
    labels: Tensor,
    members: list[Tensor],
    draws: list[torch.Generator],
    how: Training,
    loss: Loss,
    noise: Noise | None = None,
    on_epoch: Callable[[int], None] | None = None,
) -> None:
    """Train the stack in place.

    labels: int (N,); members: K index lists. Model k takes its own records in an order of its own, in steps of nearly
    equal size, none of which holds more than a batch; the number of steps is that of the largest model.
    """
    device = labels.device
    sizes = torch.tensor([len(m) for m in members], device=device)
    steps = max(-(-int(sizes.max()) // how.batch_size), 1)
    edges = (torch.arange(steps + 1, device=device).view(-1, 1) * sizes) // steps  # (steps + 1, K)
    counts = edges.diff(dim=0)
    width = int(counts.max())
    offsets = torch.arange(width, device=device)
    models = torch.arange(len(members), device=device)
    uneven = bool((counts != width).any())
    optimizer = _optimizer(stack.parameters(), how)
    for epoch in range(how.epochs):
        order = torch.zeros(len(members), int(sizes.max()), dtype=torch.long, device=device)
        for k, (own, draw) in enumerate(zip(members, draws)):
            order[k, : len(own)] = own[torch.randperm(len(own), generator=draw, device=device)]
        for step in range(steps):
            places = (edges[step].view(-1, 1) + offsets).clamp_(max=order.shape[1] - 1)
            records = order.gather(1, places)
            if noise is not None:
                noise.step = epoch * steps + step
            per_record = loss(stack.forward(inputs(records), noise=noise), labels[records], records, models)
            if uneven:
                real = (offsets < counts[step].view(-1, 1)).to(per_record.dtype)
                total = (per_record * real).sum(1) / real.sum(1).clamp_(min=1)
            else:
                total = per_record.mean(1)
            optimizer.zero_grad(set_to_none=True)
            total.sum().backward()
            optimizer.step()
        if on_epoch is not None:
            on_epoch(epoch)


def _optimizer(parameters: list[Tensor], how: Training) -> torch.optim.Optimizer:
    if how.optimizer == "sgd":
        return torch.optim.SGD(parameters, how.lr, momentum=0.9, weight_decay=how.weight_decay, fused=True)
    kind = torch.optim.AdamW if how.optimizer == "adamw" else torch.optim.Adam
    return kind(parameters, how.lr, weight_decay=how.weight_decay, fused=True)
