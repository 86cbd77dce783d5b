"""Where records lie among their likes."""

from functools import cached_property

import numpy as np


class Places:
    """Where records lie among their likes, by one sort for each characteristic and class: thousands may be exposed.

    values: of each characteristic, float (N,); labels: class codes int (N,), None where they are not known.
    """

    def __init__(self, values: dict[str, np.ndarray], labels: np.ndarray | None):
        self.values, self.labels = values, labels
        self._sorted: dict[tuple[str, int | None], np.ndarray] = {}

    @cached_property
    def sizes(self) -> np.ndarray:
        """Records of each class."""
        return np.bincount(np.empty(0, dtype=np.int64) if self.labels is None else self.labels)

    def sizes_of(self, classes: int) -> np.ndarray:
        """`sizes` of so many classes: the last ones may have no record."""
        return np.pad(self.sizes, (0, classes - len(self.sizes)))

    def among(self, name: str, i: int, label: int | None) -> float:
        """Share of the records of a class (None: of all) whose characteristic lies below that of record i."""
        values = self.values[name]
        if not np.isfinite(values[i]):
            return 0.0
        if (name, label) not in self._sorted:
            self._sorted[name, label] = np.sort(values if label is None else values[self.labels == label])
        own = self._sorted[name, label]  # what is not defined stands last, and below nothing
        return int(np.searchsorted(own, values[i], side="left")) / len(own)
