"""What training does differently for some records: the one hook that training defences share."""

from dataclasses import dataclass, fields

import numpy as np

from standout.errors import InputError


@dataclass(frozen=True, eq=False)
class Treatment:
    """For K models on N records; whatever is None is as without a defence.

    weights: float32 (K, N), factors of losses. floors: float32 (K, N), in nats: a loss is pushed back up to its floor
    where it falls below, |loss - floor| + floor (flooding of each record on its own, after Ishida et al., arXiv
    2002.08709). smoothing: float32 (K, N), the share of the target that is spread over all classes. rows int (T,) and
    targets float32 (K, T, C): records whose label is replaced by these probabilities. wait: without targets, the share
    of the epochs in which rows are left out; after them their targets are what the net itself answers by then.
    """

    weights: np.ndarray | None = None
    floors: np.ndarray | None = None
    smoothing: np.ndarray | None = None
    rows: np.ndarray | None = None
    targets: np.ndarray | None = None
    wait: float | None = None

    def of_models(self, which: list[int]) -> "Treatment":
        """The same for some of the models, repeats allowed."""
        pick = lambda a: None if a is None else a[which]  # noqa: E731
        return Treatment(
            pick(self.weights), pick(self.floors), pick(self.smoothing), self.rows, pick(self.targets), self.wait
        )

    def joined(self, other: "Treatment") -> "Treatment":
        """Both. Raises InputError where they change the same thing."""
        both = {}
        for field in fields(self):
            mine, its = getattr(self, field.name), getattr(other, field.name)
            if mine is not None and its is not None:
                raise InputError(f"two defences of training change the {field.name} of records; give one of them")
            both[field.name] = its if mine is None else mine
        return Treatment(**both)

    @property
    def needs(self) -> set[str]:
        """What a recipe must support, by the names of `Recipe.supports`."""
        asked = {"weight": self.weights, "floor": self.floors, "soft_targets": self.targets}
        return {name for name, array in asked.items() if array is not None} | (
            set() if self.smoothing is None and self.wait is None else {"soft_targets"}
        )
