"""How many nets train together fastest on this machine: measured in a few steps. No result depends on the answer."""

import time
from collections.abc import Callable

import numpy as np
import torch

from standout.recipes.nets.losses import CrossEntropy
from standout.recipes.nets.stacked import Stack, Training, generators, train

Make = Callable[[list[torch.Generator]], Stack]

STEPS, EPOCHS = 2, 4
"""Steps of a timing, and how often it is taken; the first is not counted."""
WORTH = 0.97
"""A larger stack must bring the time of one net below this share of the best so far."""
PATIENCE = 2
"""So many larger stacks that bring nothing end the trial: it is past the cache."""


def fastest(
    make: Make, width: int, classes: int, batch: int, dtype: torch.dtype, device: torch.device, sizes: list[int]
) -> tuple[int, float]:
    """(nets of a stack, seconds that one net takes for a step), of some sizes that rise.

    make(generators) -> Stack for records of `width` numbers; batch: records of a step.
    """
    rng = np.random.default_rng(0)
    base = torch.from_numpy(rng.random((STEPS * batch, width), dtype=np.float32)).to(device, dtype)
    labels = torch.from_numpy(rng.integers(0, classes, len(base))).to(device)
    best, size, tried = float("inf"), sizes[0], 0
    for candidate in sizes:
        seconds = _seconds(make(generators(list(range(candidate)), device)), base, labels, batch, candidate)
        if seconds < WORTH * best:
            best, size, tried = seconds, candidate, 0
        elif (tried := tried + 1) == PATIENCE:
            break
    return size, best


def _seconds(stack: Stack, base: torch.Tensor, labels: torch.Tensor, batch: int, size: int) -> float:
    """Of one step of one net."""
    ends: list[float] = []

    def note(epoch: int) -> None:
        if base.is_cuda:
            torch.cuda.synchronize()
        ends.append(time.perf_counter())

    def gather(records: torch.Tensor) -> torch.Tensor:
        return base.index_select(0, records.flatten()).view(*records.shape, -1)

    every = torch.arange(len(base), device=base.device)
    draws = generators(list(range(size)), base.device)
    how = Training(EPOCHS, batch, 1e-3, 0.0, "adam")
    train(stack, gather, labels, [every] * size, draws, how, CrossEntropy(), on_epoch=note)
    return float(np.diff(ends).min()) / STEPS / size
