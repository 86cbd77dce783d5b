"""What training does differently for some records: the one hook that training defences share."""

from dataclasses import dataclass, fields, replace

import numpy as np

from standout.errors import InputError


@dataclass(frozen=True)
class Privacy:
    """DP-SGD. epsilon: to be spent in all, with delta one over the number of members; clip: the most that one record's
    gradient may be long."""

    epsilon: float
    clip: float = 1.0


@dataclass(frozen=True, eq=False)
class Treatment:
    """For K models on N records; whatever is None is as without a defence.

    weights: float32 (K, N), factors of losses. floors: float32 (K, N), in nats: a loss is pushed back up to its floor
    where it falls below, |loss - floor| + floor (flooding of each record on its own, after Ishida et al., arXiv
    2002.08709). clips: float32 (K, N), the norm to which the gradient of a record's loss by its logits is shortened,
    infinite for not at all. smoothing: float32 (K, N), the share of the target that is spread over all classes. rows
    int (T,) and targets float32 (K, T, C): records whose label is replaced by these probabilities. wait: without
    targets, the share of the epochs in which rows are left out; after them their targets are what the net itself
    answers by then. privacy: DP-SGD, which goes with none of the others. relax: the mean loss that RelaxLoss keeps to,
    in nats; mixup: alpha of its Beta distribution: neither goes with anything that changes losses. held: bool (K, N),
    of each model the rows, none of which it trains on, whose loss says after which epoch it was best.
    """

    weights: np.ndarray | None = None
    floors: np.ndarray | None = None
    clips: np.ndarray | None = None
    smoothing: np.ndarray | None = None
    rows: np.ndarray | None = None
    targets: np.ndarray | None = None
    wait: float | None = None
    privacy: Privacy | None = None
    relax: float | None = None
    mixup: float | None = None
    held: np.ndarray | None = None

    def of_models(self, which: list[int]) -> "Treatment":
        """The same for some of the models, repeats allowed."""
        each = {name: getattr(self, name) for name in MODELS}
        return replace(self, **{name: array[which] for name, array in each.items() if array is not None})

    def joined(self, other: "Treatment") -> "Treatment":
        """Both. Raises InputError where they change the same thing."""
        both = {}
        for field in fields(self):
            mine, its = getattr(self, field.name), getattr(other, field.name)
            if mine is not None and its is not None:
                raise InputError(f"two defences of training change the {field.name} of records; give one of them")
            both[field.name] = its if mine is None else mine
        return Treatment(**both)

    def for_made(self, of: np.ndarray, records: int) -> "Treatment":
        """The same with S more rows behind the records, each treated as the record `of` it, int (S,), is."""
        more = lambda a: None if a is None else np.concatenate([a, a[:, of]], axis=1)  # noqa: E731
        rows, targets = self.rows, self.targets
        if rows is not None:
            place = np.full(records, -1)
            place[rows] = np.arange(len(rows))
            which = np.flatnonzero(place[of] >= 0)
            rows = np.concatenate([rows, records + which])
            targets = None if targets is None else np.concatenate([targets, targets[:, place[of[which]]]], axis=1)
        each = {name: more(getattr(self, name)) for name in RECORDS}
        return replace(self, **each, rows=rows, targets=targets)

    @property
    def needs(self) -> set[str]:
        """What a recipe must support, by the names of `Recipe.supports`."""
        given = {field.name for field in fields(self) if getattr(self, field.name) is not None}
        return {NEEDS[name] for name in given if name in NEEDS}


RECORDS = ("weights", "floors", "clips", "smoothing", "held")
"""Parts that are (K, N)."""
MODELS = (*RECORDS, "targets")
"""Parts that each model has its own of."""

NEEDS = {
    "weights": "weight",
    "floors": "floor",
    "clips": "clip",
    "smoothing": "soft_targets",
    "targets": "soft_targets",
    "wait": "soft_targets",
    "privacy": "dp",
    "relax": "relaxloss",
    "mixup": "mixup",
    "held": "early_stopping",
}
"""What a recipe must support for each part of a treatment."""
