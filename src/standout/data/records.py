"""`Records`: who is audited, with or without the data themselves."""

from dataclasses import dataclass

import numpy as np

from standout.data.dataset import Dataset


@dataclass(frozen=True, eq=False)
class Records:
    """Records in the order in which they are worked on: by id, so that rows given in another order give equal figures.

    ids: text (N,); y: class codes int64 (N,), None where no label is known; classes: their names; place: int (N,),
    which row of the user's each one is. data: the same records as a data set, None where only outputs are known.
    """

    ids: np.ndarray
    y: np.ndarray | None
    classes: tuple[str, ...]
    place: np.ndarray
    name: str
    data: Dataset | None

    @classmethod
    def of(cls, dataset: Dataset) -> "Records":
        """The records of a data set in the user's order."""
        place = dataset.id_order()
        data = dataset.take(place)
        return cls(data.ids, data.y, data.classes, place, data.name, data)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def labels(self) -> np.ndarray:
        """Label of each record as text (N,); empty where none is known."""
        return np.full(len(self), "") if self.y is None else np.array(self.classes)[self.y]
