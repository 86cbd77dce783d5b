"""Traces of nets: after some epochs a model is asked about all audited records, as it is at the end."""

from collections.abc import Callable, Iterable

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from standout.recipes.traces import Trace, traced_epochs, young

LARGEST = 65504.0
"""Of float16; a loss beyond, and one that is no number, is stored as this."""


class Tracer:
    """The trace of one model, epoch by epoch. labels: int (N,) of the audited records; epochs: of the whole training;
    ask(): its logits (B, C) on them as it stands, part by part."""

    def __init__(self, labels: Tensor, epochs: int, ask: Callable[[], Iterable[Tensor]]):
        self.labels, self.ask, self.wanted, self.young = labels, ask, traced_epochs(epochs), young(epochs)
        self._losses: list[np.ndarray] = []
        self._right: list[np.ndarray] = []
        self._early: np.ndarray | None = None

    @torch.inference_mode()
    def after(self, epoch: int) -> None:
        """Ask the model, if this epoch, counted from 1, is one of those wanted."""
        if epoch not in self.wanted:
            return
        losses, right, early, start = [], [], [], 0
        for z in self.ask():
            z = z.to(torch.float32)
            own = self.labels[start : start + len(z)]
            losses.append(F.cross_entropy(z, own, reduction="none"))
            right.append(z.argmax(1) == own)
            if epoch == self.young:
                p = torch.softmax(z, 1)
                p[torch.arange(len(z), device=z.device), own] -= 1
                early.append(p.square().sum(1).sqrt())
            start += len(z)
        loss = torch.cat(losses).nan_to_num(LARGEST, LARGEST).clamp(max=LARGEST)
        self._losses.append(loss.to(torch.float16).cpu().numpy())
        self._right.append(torch.cat(right).cpu().numpy())
        if early:
            self._early = torch.cat(early).nan_to_num(0.0).to(torch.float16).cpu().numpy()

    def trace(self) -> Trace:
        """The whole, once training has ended."""
        assert self._early is not None
        return Trace(np.array(self.wanted, dtype=np.int32), np.stack(self._losses), np.stack(self._right), self._early)
