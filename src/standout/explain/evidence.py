"""What characteristics may look at: the records, and what models that never saw them say."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from standout.data.dataset import Dataset
from standout.data.encode import matrix_of
from standout.data.records import Records
from standout.explain.nearest import nearest


@dataclass(frozen=True, eq=False)
class Evidence:
    """Records and their OUT models, records in one order throughout.

    out_losses: float (N,), mean loss under OUT models. out_probabilities: float (N, C), mean over OUT models, or None
    where only signals are known.
    """

    records: Records
    out_losses: np.ndarray
    out_probabilities: np.ndarray | None

    @property
    def dataset(self) -> Dataset:
        """The data, for characteristics of the group "data": they are asked only where there are data."""
        assert self.records.data is not None
        return self.records.data

    @cached_property
    def features(self) -> np.ndarray:
        """float32 (N, D): images as they are, tables standardised with gaps at the median; NaN counts as 0."""
        matrix = matrix_of(self.dataset)
        everyone = np.arange(len(self.dataset))
        x = matrix.filled(*matrix.fit(everyone)).astype(np.float64)
        if self.dataset.kind == "tabular":
            with np.errstate(invalid="ignore"):
                spread = np.nanstd(x, axis=0)
                x = (x - np.nanmean(x, axis=0)) / np.where(spread > 0, spread, 1)
        return np.nan_to_num(x, nan=0.0).astype(np.float32)

    @cached_property
    def neighbours(self) -> np.ndarray:
        """int (N, k): the nearest other records of each, nearest first."""
        return nearest(self.features)
