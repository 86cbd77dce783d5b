"""A cause for each exposed record, with its evidence in a sentence. Causes are hypotheses: only characteristics that
separate the exposed from the others in this audit may speak, and `unexplained` is an answer."""

from dataclasses import dataclass

import numpy as np

from standout.explain.characteristics import CHARACTERISTICS
from standout.explain.evidence import Evidence
from standout.explain.rules import NAMED, Judge
from standout.explain.speaking import speakers

CAUSES = ("suspect label", "outlier", "between classes", "rare", "hard", "unexplained")
SPEAKING = ("data", "out")
"""Groups that may speak: what training on a record changes says how it is given away, not why."""

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
    """Text of each record (N,): cause, reason and action; empty for records that are not judged."""

    cause: np.ndarray
    reason: np.ndarray
    action: np.ndarray


def verdicts(
    evidence: Evidence,
    values: dict[str, np.ndarray],
    strengths: dict[str, dict],
    exposed: np.ndarray,
    judge: np.ndarray | None = None,
) -> Verdicts:
    """Cause, reason and action of each exposed record, by its place among the records of its class.

    exposed: bool (N,), by which characteristics are measured. judge: int (K,), records to be judged as if they were
    exposed, in place of those that are.
    """
    may = {n: s for n, s in strengths.items() if n in NAMED and CHARACTERISTICS[n].group in SPEAKING}
    speaks = speakers(values, may, exposed)  # one family: characteristics that no rule names cost the others nothing
    out = Verdicts(*(np.full(len(exposed), "", dtype=object) for _ in range(3)))
    rules = Judge(evidence, values, speaks)
    for i in (np.flatnonzero(exposed) if judge is None else judge).tolist():
        cause, reason = rules.judge(i)
        out.cause[i], out.reason[i], out.action[i] = cause, reason, ACTIONS[cause]
    return out
