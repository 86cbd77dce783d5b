"""Which characteristics tell exposed from other records in this very audit, and so may speak of causes."""

import numpy as np
from scipy.stats import norm

FLOOR = 0.6
"""AUROC below which a characteristic does not speak."""
LEVEL = 0.05
"""Chance that any of the characteristics of an audit speaks where none has to do with exposure."""


def separates(strength: dict, exposed: int, others: int, family: int = 1, floor: float = FLOOR) -> bool:
    """Whether a characteristic tells exposed from other records: AUROC at or above the floor, interval above chance,
    and significant as one of a family of so many.

    exposed, others: records for which it is defined. Mann-Whitney, one-sided, at LEVEL / family (Bonferroni); ties are
    not corrected for, which errs on the safe side.
    """
    if strength["auroc"] is None or strength["auroc"] < floor or strength["ci"][0] <= 0.5:
        return False
    by_chance = np.sqrt((exposed + others + 1) / (12 * exposed * others))
    return bool(strength["auroc"] - 0.5 > norm.isf(LEVEL / family) * by_chance)


def speakers(
    values: dict[str, np.ndarray], strengths: dict[str, dict], exposed: np.ndarray, floor: float = FLOOR
) -> set[str]:
    """Names of the characteristics that separate, all of them one family. values: float (N,) of each, NaN where not
    defined; exposed: bool (N,)."""
    found = set()
    for name, strength in strengths.items():
        known = np.isfinite(values[name])
        inside = int((exposed & known).sum())
        if separates(strength, inside, int(known.sum()) - inside, len(strengths), floor):
            found.add(name)
    return found
