"""A cause for each exposed record, with its evidence in a sentence. Causes are hypotheses: only characteristics that
separate the exposed from the others in this audit may speak, and `unexplained` is an answer."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from standout.explain.evidence import Evidence

CAUSES = ("suspect label", "outlier", "between classes", "rare", "hard", "unexplained")
FLOOR = 0.6
"""AUROC below which a characteristic does not speak."""

ACTIONS = {
    "suspect label": "check the label",
    "outlier": "collect more records like it, or defend it",
    "between classes": "check the label; if it is right, defend it",
    "rare": "collect more records like it, or leave it out",
    "hard": "defend it",
    "unexplained": "defend it",
    "": "",
}


@dataclass(frozen=True, eq=False)
class Verdicts:
    """Text of each record (N,): cause, reason and action; empty for records that are not exposed."""

    cause: np.ndarray
    reason: np.ndarray
    action: np.ndarray


def separates(strength: dict, exposed: int, others: int) -> bool:
    """Whether a characteristic tells exposed from other records here: AUROC above the floor, interval above chance,
    and farther from chance than so few records reach by chance (Mann-Whitney, one-sided 1 %)."""
    if strength["auroc"] is None or strength["auroc"] < FLOOR or strength["ci"][0] <= 0.5:
        return False
    by_chance = np.sqrt((exposed + others + 1) / (12 * exposed * others))
    return strength["auroc"] - 0.5 > 2.33 * by_chance


def verdicts(
    evidence: Evidence, values: dict[str, np.ndarray], strengths: dict[str, dict], exposed: np.ndarray
) -> Verdicts:
    """Cause, reason and action of each exposed record, by its place among the records of its class."""
    speaks = {
        name for name, strength in strengths.items() if separates(strength, int(exposed.sum()), int((~exposed).sum()))
    }
    n = len(exposed)
    out = Verdicts(*(np.full(n, "", dtype=object) for _ in range(3)))
    places = Places(values, evidence.records.y)
    for i in np.flatnonzero(exposed).tolist():
        cause, reason = _judge(i, evidence, places, speaks)
        out.cause[i], out.reason[i], out.action[i] = cause, reason, ACTIONS[cause]
    return out


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

    def among(self, name: str, i: int, label: int | None) -> float:
        """Share of the records of a class (None: of all) whose characteristic lies below that of record i."""
        values = self.values[name]
        if not np.isfinite(values[i]):
            return 0.0
        if (name, label) not in self._sorted:
            self._sorted[name, label] = np.sort(values if label is None else values[self.labels == label])
        own = self._sorted[name, label]  # what is not defined stands last, and below nothing
        return int(np.searchsorted(own, values[i], side="left")) / len(own)


def _judge(i: int, evidence: Evidence, places: Places, speaks: set[str]) -> tuple[str, str]:
    """Cause and reason of record i; what needs the data, labels or probabilities is asked only where they are known."""
    records = evidence.records
    say, favourite, sure = _answer(i, evidence)
    if records.y is None:
        if "out_loss" in speaks and (place := places.among("out_loss", i, None)) >= 0.9:
            return "hard", f"harder for models that never saw it than {place:.0%} of all records; {say}"
        return "unexplained", f"{say}; no label and no data were given to look for more"
    own, names = int(records.y[i]), records.classes
    alike = int(places.sizes[own])
    label = f"labelled {names[own]}"

    if records.data is not None:
        around = records.y[evidence.neighbours[i]]
        k = len(around)
        counts = np.bincount(around, minlength=len(names))
        other = int(np.argmax(np.where(np.arange(len(names)) == own, -1, counts)))
        near = f"{counts[other]} of its {k} nearest neighbours are {names[other]}"
        doubted = favourite == other and sure >= 0.5 and counts[own] < k / 2
        if doubted and {"out_loss", "neighbour_disagreement"} <= speaks:
            return "suspect label", f"{label}; {near}; {say}"
        refuted = favourite is not None and favourite != own and sure > 0.8
        if "neighbour_disagreement" in speaks and counts[own] < 0.8 * k and not refuted:
            return "between classes", f"{label}; {near}; {say}"
        if "centroid_distance" in speaks:
            place = places.among("centroid_distance", i, own)
            if place >= 0.95:
                return (
                    "outlier",
                    f"farther from the middle of class {names[own]} than {place:.0%} of its records; {say}",
                )
    if alike <= max(5, 0.2 * len(records) / len(names)):
        return "rare", f"one of only {alike} records labelled {names[own]}"
    if "out_loss" in speaks and (place := places.among("out_loss", i, own)) >= 0.9:
        return "hard", f"harder for models that never saw it than {place:.0%} of class {names[own]}; {say}"
    if records.data is None:
        return "unexplained", f"{label}; {say}; no data were given to look for more"
    return "unexplained", f"{label}; {say}; no characteristic that separates the exposed records here marks it"


def _answer(i: int, evidence: Evidence) -> tuple[str, int | None, float]:
    """(what models that never saw record i say, their favourite class, its probability): where only signals are known
    no favourite, and their typical probability of its own label."""
    if evidence.outside.probabilities is None:
        p = float(np.exp(-evidence.outside.losses[i]))
        return f"models that never saw it give its label {p:.0%} (geometric mean)", None, p
    p = evidence.outside.probabilities[i]
    favourite = int(p.argmax())
    name = evidence.records.classes[favourite]
    return f"models that never saw it say {name} with {p[favourite]:.0%}", favourite, float(p[favourite])
