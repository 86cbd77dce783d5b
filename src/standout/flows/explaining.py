"""Characteristics, their strength and causes, as far as data and outputs tell."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from standout.data.records import Records
from standout.explain import CHARACTERISTICS, Evidence
from standout.explain.association import association
from standout.explain.causes import Verdicts, verdicts
from standout.explain.nearest import most_of
from standout.explain.sides import kept_of, sides_of
from standout.explain.trainings import trainings_of
from standout.shadows.outputs import Outputs


@dataclass(frozen=True, eq=False)
class Explained:
    """Values (N,) and strength of each characteristic, and the verdict on each record."""

    evidence: Evidence
    values: dict[str, np.ndarray]
    strengths: dict[str, dict]
    why: Verdicts


def explain(
    records: Records,
    outputs: Outputs,
    signal: np.ndarray,
    exposed: np.ndarray,
    exposure: np.ndarray,
    quasi: Iterable[str] = (),
) -> Explained:
    """Characteristics that need data, words or outputs are left out where there are none.

    signal: rescaled logits (M, N) as they are judged; exposed bool (N,), exposure (N,); quasi: columns by which
    others may know a record.
    """
    sides, kept = sides_of(outputs, signal, len(records.classes)), kept_of(outputs, signal)
    evidence = Evidence(records, *sides, kept=kept, quasi=tuple(quasi), trainings=trainings_of(outputs, signal))
    able = {name: c for name, c in CHARACTERISTICS.items() if c.group != "data" or records.data is not None}
    values = {name: c.values(evidence) for name, c in able.items()}
    values = {name: v for name, v in values.items() if np.isfinite(v).any()}
    strengths = {name: association(v, exposed, exposure, records.y) for name, v in values.items()}
    return Explained(evidence, values, strengths, verdicts(evidence, values, strengths, exposed))


def notes(evidence: Evidence) -> list[str]:
    """What a reader must know of how characteristics were computed."""
    if evidence.records.data is None:
        return []
    records, columns = evidence.features.shape
    most = most_of(records, columns)
    if records <= most:
        return []
    return [f"{records:,} records: nearest neighbours are those among {most:,} drawn at random"]
