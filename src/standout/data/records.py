"""`Records`: who is audited, with or without the data themselves."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from standout.data.dataset import Dataset


@dataclass(frozen=True, eq=False)
class Records:
    """Audited records in the order in which they are worked on: by id, so that rows given in another order give equal
    figures.

    ids: text (N,); y: class codes int64 (N,), None where no label is known; classes: their names; place: int (N,),
    which row of the user's each one is. data: the same records as a data set, None where only outputs are known.
    training: the data set that models train on, in the same order; more than `data` where some are in every training.
    """

    ids: np.ndarray
    y: np.ndarray | None
    classes: tuple[str, ...]
    place: np.ndarray
    name: str
    data: Dataset | None
    training: Dataset | None = None

    @classmethod
    def of(cls, dataset: Dataset) -> "Records":
        """The records of a data set in the user's order."""
        order = dataset.id_order()
        training = dataset.take(order)
        if training.groups is not None:  # numbered as they come by id: a key and memberships go by these numbers
            training = replace(training, groups=pd.factorize(training.groups)[0].astype(np.int64))
        data = training.audited_only()
        place = np.argsort(np.argsort(order[training.asked]))
        return cls(data.ids, data.y, data.classes, place, data.name, data, training)

    @property
    def always(self) -> int:
        """How many records are in every training."""
        return 0 if self.data is None or self.training is None else len(self.training) - len(self.data)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def labels(self) -> np.ndarray:
        """Label of each record as text (N,); empty where none is known."""
        return np.full(len(self), "") if self.y is None else np.array(self.classes)[self.y]
