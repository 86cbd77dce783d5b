"""The records as a module of the user's sees them."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from standout.data.dataset import Dataset
from standout.data.encode import matrix_of
from standout.errors import InputError
from standout.recipes.nets.inputs import Fit, Source, resident

CHANNELS = (1, 3, 4)

Take = Callable[[Tensor], Tensor]
"""take(records int (B,)) -> (B, ...), a copy."""


class Seen:
    """Images channels first, (1, H, W) or (channels, H, W): bytes divided by 255, floats as they are. Tables as
    numbers (D,), filled, and where `scale` standardised, on each model's own records. shape: what each record is
    reshaped to, None for as described."""

    def __init__(self, dataset: Dataset, scale: bool, shape: tuple[int, ...] | None, device: torch.device):
        self.scale, self.device = scale, device
        self.matrix = self.images = None
        if dataset.kind == "image":
            self.images = resident(channels_first(dataset.x), device)
            plain = tuple(self.images.shape[1:])
        else:
            self.matrix = matrix_of(dataset)
            plain = (self.matrix.base.shape[1],)
        if shape is not None and np.prod(shape) != np.prod(plain):
            raise InputError(f"input_shape {shape} holds {np.prod(shape)} numbers; a record has {np.prod(plain)}")
        self.shape = shape or plain

    def by(self, members: np.ndarray) -> Take:
        """What gives records as the model trained on members bool (N,) sees them."""
        if self.images is None:
            return self._taking(self._table(members))
        return self._taking(self.images)

    def _table(self, members: np.ndarray) -> Tensor:
        assert self.matrix is not None
        if not self.scale:
            filled = self.matrix.filled(*self.matrix.fit(np.flatnonzero(members)))
            return resident(filled.astype(np.float32), self.device)
        fit = Fit.of(self.matrix, members[None], False, self.device)
        return Source(self.matrix, False, self.device).seen_by(fit)(slice(None))

    def _taking(self, base: Tensor) -> Take:
        def take(records: Tensor) -> Tensor:
            part = base[records]
            part = part.to(torch.float32).div_(255) if part.dtype == torch.uint8 else part.to(torch.float32)
            return part.contiguous().view(len(records), *self.shape)

        return take


def channels_first(x: np.ndarray) -> np.ndarray:
    """Images (N, C, H, W) of (N, H, W), (N, H, W, C), or (N, C, H, W) where only that can be meant; (N, D) as it is."""
    if x.ndim == 3:
        return x[:, None]
    if x.ndim < 4 or (x.shape[1] in CHANNELS and x.shape[3] not in CHANNELS):
        return x
    return x.transpose(0, 3, 1, 2)
