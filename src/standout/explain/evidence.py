"""What characteristics may look at: the records, and what models that saw them and models that did not say of them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from standout.data.dataset import Dataset
from standout.data.encode import matrix_of
from standout.data.records import Records
from standout.explain.nearest import Neighbours, nearest
from standout.explain.trainings import Training


@dataclass(frozen=True, eq=False)
class Side:
    """What the models of one side (IN or OUT) say, float64 means over them, records in one order throughout.

    losses (N,); signals, spread (N,): mean and standard deviation of the rescaled logit; entropies (N,). None where
    outputs do not tell: errors (N,), share of models that answer wrongly; probabilities (N, C).
    """

    losses: np.ndarray
    signals: np.ndarray
    spread: np.ndarray
    entropies: np.ndarray | None
    errors: np.ndarray | None
    probabilities: np.ndarray | None


@dataclass(frozen=True, eq=False)
class Kept:
    """One of the first models, of which more is kept.

    members: bool (N,), who it trained on; signals: its rescaled logits (N,); features: penultimate ones float16 (N, H),
    None where its recipe gives none.
    """

    members: np.ndarray
    signals: np.ndarray
    features: np.ndarray | None


@dataclass(frozen=True, eq=False)
class Evidence:
    """Records and what the models say of them. effect (N,): gap of the two sides in deviations of the signal;
    quasi: columns by which others may know a record."""

    records: Records
    inside: Side
    outside: Side
    effect: np.ndarray
    kept: tuple[Kept, ...] = ()
    quasi: tuple[str, ...] = ()
    trainings: tuple[Training, ...] = ()

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
    def near(self) -> Neighbours:
        """The nearest other records of each, nearest first, and how far they are."""
        return nearest(self.features)

    @property
    def neighbours(self) -> np.ndarray:
        """int (N, k): which they are."""
        return self.near.places
