"""What each of K nets sees of the records: one resident array, gathered, filled and scaled as each net learnt to."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from standout.data.encode import Matrix

BOUND = 10.0
"""Tables, once scaled, are cut here: what is rare or constant in training must not be enormous outside of it."""

Seen = Callable[[slice | Tensor], Tensor]
"""seen(part of the records) -> float32 (B, D), as one model sees them."""

PART = 1024
"""Records that are scaled, and that a model answers, at a time: they stay in the cache."""


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


def resident(array: np.ndarray, device: torch.device) -> Tensor:
    """On the device; here without a copy, so that workers share what they have mapped. Never written to."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(array).to(device)


class Source:
    """The records on the device, float32 (N, D). bound: where scaled values are cut, None for not at all."""

    def __init__(self, matrix: Matrix, image: bool, device: torch.device):
        self.base = resident(np.ascontiguousarray(matrix.base, dtype=np.float32), device)
        self.columns = torch.from_numpy(matrix.gaps).to(device)
        self.gaps = torch.from_numpy(matrix.missing.astype(np.float32)).to(device) if len(matrix.gaps) else None
        self.bound = None if image else BOUND
        within = image or (float(self.base.min()) >= -BOUND and float(self.base.max()) <= BOUND)
        self._plain = self.gaps is None and within

    def seen_by(self, fit: Fit) -> Seen:
        """What gives part of the records (a slice, or places int (B,)) as one model, the fit's only one, sees them:
        float32 (B, D), not to be written to."""
        if self._as_they_are(fit):
            return lambda rows: self.base[rows]

        def seen(rows: slice | Tensor) -> Tensor:
            gaps = None if self.gaps is None else self.gaps[rows][None]
            return self._scaled(self.base[rows].clone()[None], gaps, fit)[0]

        return seen

    def _as_they_are(self, fit: Fit) -> bool:
        return self._plain and not bool(fit.shift.any()) and bool((fit.scale == 1).all())

    def _scaled(self, x: Tensor, gaps: Tensor | None, fit: Fit) -> Tensor:
        """In place: gaps (K, B, P) of x (K, B, D) filled, scaled and cut."""
        if gaps is not None:
            x[:, :, self.columns] += gaps * fit.fill[:, None]
        x.sub_(fit.shift[:, None]).mul_(fit.scale[:, None])
        return x if self.bound is None else x.clamp_(-self.bound, self.bound)

    def batches(self, fit: Fit, dtype: torch.dtype) -> "Gather":
        """What gathers batches of the models of a fit, in the dtype of the computation."""
        if not fit.common:
            return Gather(self, self.base, fit, dtype)
        seen, ready = self.seen_by(fit.of_models([0])), torch.empty_like(self.base, dtype=dtype)
        for start in range(0, len(ready), PART):  # scaled once, not in every batch
            ready[start : start + PART] = seen(slice(start, start + PART))
        return Gather(self, ready, None, dtype)


class Gather:
    """inputs(records (K, B)) -> (K, B, D), in buffers of its own: what it gave last is overwritten.

    base: (N, D), scaled already where fit is None.
    """

    def __init__(self, source: Source, base: Tensor, fit: Fit | None, dtype: torch.dtype):
        self.source, self.base, self.fit, self.dtype = source, base, fit, dtype
        self._gathered = self._given = torch.empty(0)

    def __call__(self, records: Tensor) -> Tensor:
        base = self.base
        if self._gathered.shape[:2] != records.shape:
            self._gathered = base.new_empty(*records.shape, base.shape[1])
            same = base.dtype == self.dtype
            self._given = self._gathered if same else torch.empty_like(self._gathered, dtype=self.dtype)
        torch.index_select(base, 0, records.flatten(), out=self._gathered.view(-1, base.shape[1]))
        if self.fit is not None:
            gaps = self.source.gaps
            self.source._scaled(self._gathered, None if gaps is None else gaps[records], self.fit)
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
        records = matrix.base[: len(matrix.base) - matrix.made]
        spread = float(records.std(dtype=np.float64)) or 1.0
        shift = np.full(width, records.mean(dtype=np.float64))
        return fill.astype(np.float32), shift.astype(np.float32), np.full(width, 1 / spread, dtype=np.float32)
    own = matrix.filled(fill, known)
    if own.min() >= 0 and own.max() <= 1:
        return fill.astype(np.float32), np.zeros(width, dtype=np.float32), known.astype(np.float32)
    seen = own[rows].astype(np.float64)
    spread, shift = seen.std(axis=0), seen.mean(axis=0)
    constant = np.ptp(seen, axis=0) == 0  # by its values: the spread of equal numbers may round to a little above 0
    spread[constant], shift[constant] = 1, seen[0, constant]
    return fill.astype(np.float32), shift.astype(np.float32), (known / spread).astype(np.float32)
