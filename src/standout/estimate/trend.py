"""What is expected of a record from its difficulty: a smooth curve through means of bins."""

from dataclasses import dataclass

import numpy as np

_HALF = (0.0, 0.01, 0.02, 0.035, 0.055, 0.08, 0.12, 0.17, 0.24, 0.32, 0.4)
EDGES = (*_HALF, 0.5, *(1 - e for e in _HALF[::-1]))
FEWEST = 40
"""Records in a bin of a trend."""


@dataclass(frozen=True, eq=False)
class Trend:
    """Expected values as a smooth function of difficulty: means of bins, finer at both ends, joined by straight lines.

    The exposed are among the hardest records, so there the trend must be local. The records are sorted and placed once
    for all that is asked of them: order int (N,), by difficulty; starts: where each bin begins in it; right int (N,),
    the bin whose middle is the next above the record; along (N,), how far from the last middle it is on the way there.
    """

    order: np.ndarray
    starts: list[int]
    right: np.ndarray | None
    along: np.ndarray | None

    @classmethod
    def of(cls, level: np.ndarray) -> "Trend":
        """Bins of records of these levels of difficulty (N,)."""
        order = np.argsort(level, kind="stable")
        edges = np.unique(np.round(np.array(EDGES) * len(level)).astype(int))
        starts = [0]
        for edge in edges[1:-1]:
            if edge - starts[-1] >= FEWEST and len(level) - edge >= FEWEST:
                starts.append(int(edge))
        if len(starts) < 3:
            return cls(order, starts, None, None)
        middle = _means(level[order], starts)
        right = np.clip(np.searchsorted(middle, level, side="right"), 1, len(middle) - 1)
        width = np.diff(middle, prepend=middle[0])[right]
        along = np.clip((level - middle[right - 1]) / np.where(width > 0, width, 1.0), 0.0, 1.0)
        return cls(order, starts, right, along)

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Value (N,) expected of each record from the values (N,) of its likes."""
        if self.right is None or self.along is None:
            return np.full(len(values), values.mean())
        means = _means(values[self.order], self.starts)
        below = means[self.right - 1]
        return below + self.along * (means[self.right] - below)


def _means(ordered: np.ndarray, starts: list[int]) -> np.ndarray:
    return np.array([part.mean() for part in np.split(ordered, starts[1:])])
