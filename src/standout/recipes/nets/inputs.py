"""What each of K nets sees of the records: one resident array, gathered, filled and scaled as each net learnt to."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from standout.data.encode import Matrix

BOUND = 10.0
"""Tables, once scaled, are cut here: what is rare or constant in training must not be enormous outside of it."""


@dataclass(frozen=True, eq=False)
class Fit:
    """How each of K models sees the records: fill float32 (K, P) of the gaps, shift and scale (K, D)."""

    fill: Tensor
    shift: Tensor
    scale: Tensor

    @classmethod
    def of(cls, matrix: Matrix, members: np.ndarray, image: bool, device: torch.device) -> "Fit":
        """members: bool (K, N); each model from its own."""
        each = zip(*(prepare(matrix, np.flatnonzero(m), image) for m in members))
        return cls(*(torch.from_numpy(np.stack(part)).to(device) for part in each))

    def of_models(self, models: list[int]) -> "Fit":
        """Of some of the models."""
        return Fit(self.fill[models], self.shift[models], self.scale[models])

    @property
    def common(self) -> bool:
        """Whether all models see the records alike."""
        return all(bool((part == part[:1]).all()) for part in (self.fill, self.shift, self.scale))


class Source:
    """The records on the device, float32 (N, D). bound: where scaled values are cut, None for not at all."""

    def __init__(self, matrix: Matrix, image: bool, device: torch.device):
        self.base = torch.from_numpy(np.ascontiguousarray(matrix.base, dtype=np.float32)).to(device)
        self.columns = torch.from_numpy(matrix.gaps).to(device)
        self.gaps = torch.from_numpy(matrix.missing.astype(np.float32)).to(device) if len(matrix.gaps) else None
        self.bound = None if image else BOUND

    def seen(self, rows: Tensor, fit: Fit, model: int) -> Tensor:
        """Records (B,) as one model sees them, float32 (B, D)."""
        x = self.base.index_select(0, rows)
        return self._scaled(x[None], rows[None], fit.of_models([model]))[0]

    def _scaled(self, x: Tensor, records: Tensor, fit: Fit) -> Tensor:
        """In place: gaps filled, scaled and cut. x: (K, B, D)."""
        if self.gaps is not None:
            x[:, :, self.columns] += self.gaps[records] * fit.fill[:, None]
        x.sub_(fit.shift[:, None]).mul_(fit.scale[:, None])
        return x if self.bound is None else x.clamp_(-self.bound, self.bound)

    def batches(self, fit: Fit, dtype: torch.dtype) -> "Gather":
        """What gathers batches of the models of a fit, in the dtype of the computation."""
        if fit.common:  # scaled once, not in every batch
            ready = Source.__new__(Source)
            rows = torch.arange(len(self.base), device=self.base.device)
            ready.base = torch.cat([self.seen(part, fit, 0).to(dtype) for part in rows.split(8192)])
            return Gather(ready, None, dtype)
        return Gather(self, fit, dtype)


class Gather:
    """inputs(records (K, B)) -> (K, B, D), in buffers of its own: what it gave last is overwritten."""

    def __init__(self, source: Source, fit: Fit | None, dtype: torch.dtype):
        self.source, self.fit, self.dtype = source, fit, dtype
        self._gathered = self._given = torch.empty(0)

    def __call__(self, records: Tensor) -> Tensor:
        base = self.source.base
        if self._gathered.shape[:2] != records.shape:
            self._gathered = base.new_empty(*records.shape, base.shape[1])
            same = base.dtype == self.dtype
            self._given = self._gathered if same else torch.empty_like(self._gathered, dtype=self.dtype)
        torch.index_select(base, 0, records.flatten(), out=self._gathered.view(-1, base.shape[1]))
        if self.fit is not None:
            self.source._scaled(self._gathered, records, self.fit)
        return self._given if self._given is self._gathered else self._given.copy_(self._gathered)


def prepare(matrix: Matrix, rows: np.ndarray, image: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(fill (P,), shift (D,), scale (D,)) float32 of one model, from its training rows.

    Images: one scale for all pixels, of all records. Tables in [0, 1]: as they are. Other tables: standardised by the
    training rows alone; a column that is constant there keeps its scale, as its spread says nothing (what then lies
    far out is cut, see BOUND). Unknown levels and gaps are multiplied away.
    """
    fill, known = matrix.fit(rows)
    width = matrix.base.shape[1]
    if image:
        spread = float(matrix.base.std(dtype=np.float64)) or 1.0
        shift = np.full(width, matrix.base.mean(dtype=np.float64))
        return fill.astype(np.float32), shift.astype(np.float32), np.full(width, 1 / spread, dtype=np.float32)
    own = matrix.filled(fill, known)
    if own.min() >= 0 and own.max() <= 1:
        return fill.astype(np.float32), np.zeros(width, dtype=np.float32), known.astype(np.float32)
    seen = own[rows].astype(np.float64)
    spread, shift = seen.std(axis=0), seen.mean(axis=0)
    constant = np.ptp(seen, axis=0) == 0  # by its values: the spread of equal numbers may round to a little above 0
    spread[constant], shift[constant] = 1, seen[0, constant]
    return fill.astype(np.float32), shift.astype(np.float32), (known / spread).astype(np.float32)
