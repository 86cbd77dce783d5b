"""What characteristics may look at: the records, and what models that never saw them say."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from standout.data.dataset import Dataset
from standout.data.encode import matrix_of
from standout.explain.nearest import nearest


@dataclass(frozen=True, eq=False)
class Evidence:
    """One data set and its OUT models, records in one order throughout.

    out_losses: float (N,), mean loss under OUT models. out_probabilities: float (N, C), mean over OUT models.
    """

    dataset: Dataset
    out_losses: np.ndarray
    out_probabilities: np.ndarray

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
