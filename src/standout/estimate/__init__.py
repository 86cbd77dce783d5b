"""Exposure of each record: `exposure` on signals alone, or with characteristics of the records."""

import numpy as np
import pandas as pd

from standout.errors import InputError
from standout.estimate.estimate import estimate
from standout.signals import check_signals

__all__ = ["check_rates", "exposure"]


def exposure(
    signals: np.ndarray,
    members: np.ndarray,
    fpr: float = 1e-3,
    characteristics: np.ndarray | pd.DataFrame | None = None,
    above: float = 0.1,
) -> pd.DataFrame:
    """Exposure of each record: the power of the best test between its IN and OUT signals at its own FPR.

    signals: rescaled logits (M, N); members: bool (M, N), models 2j and 2j + 1 twins. fpr: share of the models that
    never saw a record in which the test may accuse it. characteristics: numbers (N, F) of the records from the data
    alone (never from the same models), which sharpen the prior. Returns a DataFrame of N rows: exposure (posterior
    mean), exposure_lo and exposure_hi (95 % interval), doubt (chance that exposure is at or below `above`, or that it
    arises by chance), exposed (bool). Raises InputError for shapes, values and rates that cannot be.
    """
    s, m = check_signals(signals, members)
    check_rates(fpr, above)
    check_sides(m)
    found = estimate(s, m, fpr=fpr, above=above, characteristics=check_characteristics(characteristics, s.shape[1]))
    p = found.posterior
    return pd.DataFrame(
        {
            "exposure": p.exposure,
            "exposure_lo": p.low,
            "exposure_hi": p.high,
            "doubt": p.doubt,
            "exposed": found.exposed,
        }
    )


def check_characteristics(given, records: int) -> np.ndarray | None:
    """Characteristics as float64 (N, F), NaN allowed, or None."""
    if given is None:
        return None
    try:
        array = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as e:
        raise InputError(f"characteristics must be numbers: {e}") from e
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim != 2 or len(array) != records:
        raise InputError(f"characteristics must be ({records}, columns), one row per record; they are {array.shape}")
    return array


def check_sides(members: np.ndarray) -> None:
    """Raises InputError where a record is in all models, or in none."""
    inside = members.sum(axis=0)
    bad = (inside == 0) | (inside == len(members))
    if bad.any():
        record = int(np.argmax(bad))
        side = "none" if inside[record] == 0 else "all"
        raise InputError(f"record {record} is a member of {side} of the {len(members)} models: nothing to compare")


def check_rates(fpr: float, above: float) -> None:
    """Raises InputError for a false-positive rate or an exposure that cannot be."""
    for name, value in (("fpr", fpr), ("exposed-above", above)):
        if not isinstance(value, (int, float, np.number)):
            raise InputError(f"{name} must be a number, not {value!r}")
    if not 1e-6 <= fpr < 0.5:
        raise InputError(f"fpr must lie between 0 and 0.5, and be at least 0.000001, not {fpr}")
    if not fpr < above < 1:
        raise InputError(f"exposed-above must lie between fpr ({fpr}) and 1, not {above}")
