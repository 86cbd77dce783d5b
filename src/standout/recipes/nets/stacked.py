"""One loop that trains K nets at a time: stacked weights, data resident in memory, index lists per model.

Everything random comes from each model's own seed, so a model does not depend on its company in the stack.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from standout.recipes.nets.losses import Loss, Sloped, gradient
from standout.recipes.nets.optimizers import optimizer
from standout.recipes.nets.parameters import Parameters

EIGHT = 8
"""Widths of steps are multiples of it."""

Inputs = Callable[[Tensor], Tensor]
"""inputs(records (K, B)) -> (K, B, ...): gathers and prepares a batch."""

Drop = Callable[[Tensor, int], Tensor]
"""(x (B, ...), layer) -> x with some of its values left out."""
Answer = Callable[[Tensor], tuple[Tensor, Tensor]]
"""answer(x float32 (B, D)) -> logits (B, C) and penultimate features (B, H)."""


class Stack(Protocol):
    """K nets of one architecture whose weights are tensors with K in front."""

    parameters: Parameters

    @property
    def buffers(self) -> Sequence[Tensor]:
        """What else a net carries along (running statistics), K in front, too."""
        ...

    def forward(self, x: Tensor, *, noise: "Noise | None" = None) -> Tensor:
        """Logits float32 (K, B, C); keeps what `backward` needs."""
        ...

    def backward(self, slope: Tensor) -> None:
        """Write the gradients of all parameters, given that (K, B, C) of the logits of the last `forward`."""
        ...

    def answering(self, model: int) -> Answer:
        """One model as when it is used."""
        ...

    def weights(self, model: int) -> dict[str, np.ndarray]:
        """Of one model by name, for the files of a run."""
        ...


@dataclass(frozen=True)
class Training:
    """How long and how fast. `optimizer`: adam, adamw or sgd (momentum 0.9); weight decay as each defines it. drops:
    after so many epochs the learning rate is divided by 10."""

    epochs: int
    batch_size: int
    lr: float
    weight_decay: float
    optimizer: str
    drops: tuple[int, ...] = ()

    def factor(self, epoch: int) -> float:
        """By which the learning rate is multiplied in an epoch, counted from 0."""
        return 0.1 ** sum(epoch >= drop for drop in self.drops)


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

    def dropping(self, model: int, share: float) -> Drop:
        """Dropout of one model: (x (B, ...), layer) -> x without that share of its values, the others scaled up."""
        one = Noise(self.seeds[model : model + 1], self.step)

        def drop(x: Tensor, layer: int) -> Tensor:
            kept = one.uniform(len(x), x[0].numel(), layer).view(x.shape) >= share
            return x * kept / (1 - share)

        return drop


def generators(seeds: list[int], device: torch.device) -> list[torch.Generator]:
    """One random generator a model."""
    return [torch.Generator(device=device).manual_seed(seed) for seed in seeds]


@torch.no_grad()
def train(
    stack: Stack,
    inputs: Inputs,
    labels: Tensor,
    members: list[Tensor],
    draws: list[torch.Generator],
    how: Training,
    loss: Loss | Sloped,
    noise: Noise | None = None,
    on_epoch: Callable[[int], None] | None = None,
) -> None:
    """Train the stack in place.

    labels: int (N,); members: K index lists. Model k takes its own records in an order of its own, in steps of nearly
    equal size, none of which holds more than a batch; all models have one `layout`.
    """
    batches = Batches.of(members, how.batch_size)
    models = torch.arange(len(members), device=labels.device)
    own = stack.parameters
    step_of = optimizer(how.optimizer, [own.flat], [own.grad], how.lr, how.weight_decay)
    for epoch in range(how.epochs):
        order = batches.shuffled(members, draws)
        targets, factor = labels[order], how.factor(epoch)
        for step, (records, wanted, weights) in enumerate(zip(order, targets, batches.weights)):
            if noise is not None:
                noise.step = epoch * len(order) + step
            logits = stack.forward(inputs(records), noise=noise)
            stack.backward(gradient(loss, logits, wanted, records, models, weights))
            own.loaded()
            step_of(factor)
            own.stepped()
        if on_epoch is not None:
            on_epoch(epoch)


def layout(records: int, batch_size: int) -> tuple[int, int]:
    """(steps of an epoch, width of a step) of a model trained on so many records. The width is rounded up to a multiple
    of EIGHT: processors multiply in such blocks."""
    steps = max(-(-records // batch_size), 1)
    return steps, -(-max(-(-records // steps), 1) // EIGHT) * EIGHT


def layouts(sizes: np.ndarray, batch_size: int) -> list[list[int]]:
    """Models that may share a stack: those with one layout. Then none waits for another, and the shape of every
    product, to which processors fit the order of its sums, does not depend on a model's company."""
    each = [layout(int(n), batch_size) for n in sizes]
    return [[k for k, own in enumerate(each) if own == one] for one in sorted(set(each))]


@dataclass(frozen=True, eq=False)
class Batches:
    """Which places of a model's shuffled list each step takes.

    places: int (S, K, B), the last one repeated where a step has fewer records than it is wide; weights: float32
    (S, K, B), one over the number of a step's records, 0 for repeated ones.
    """

    places: Tensor
    weights: Tensor

    @classmethod
    def of(cls, members: list[Tensor], batch_size: int) -> "Batches":
        """members: index lists of models that have one layout."""
        device = members[0].device
        sizes = torch.tensor([len(m) for m in members], device=device)
        steps, width = layout(int(sizes.max()), batch_size)
        edges = (torch.arange(steps + 1, device=device).view(-1, 1) * sizes) // steps  # (steps + 1, K)
        counts = edges.diff(dim=0)[:, :, None]
        offsets = torch.arange(width, device=device)
        places = torch.minimum(edges[:-1, :, None] + offsets, (sizes - 1).clamp(min=0)[:, None])
        return cls(places, (offsets < counts) / counts.clamp(min=1).to(torch.float32))

    def shuffled(self, members: list[Tensor], draws: list[torch.Generator]) -> Tensor:
        """Records int (S, K, B) of each step of an epoch, in an order of each model's own."""
        longest = max(len(own) for own in members)
        order = torch.zeros(len(members), longest, dtype=torch.long, device=self.places.device)
        for k, (own, draw) in enumerate(zip(members, draws)):
            order[k, : len(own)] = own[torch.randperm(len(own), generator=draw, device=own.device)]
        steps, models, width = self.places.shape
        flat = self.places.transpose(0, 1).reshape(models, steps * width)
        return order.gather(1, flat).view(models, steps, width).transpose(0, 1).contiguous()
