"""Exposure of each record: `exposure` on signals alone."""

import numpy as np
import pandas as pd

from standout.attacks.attack import Models
from standout.attacks.moments import Moments
from standout.errors import InputError
from standout.estimate.discovery import reported
from standout.estimate.posterior import fit, posterior
from standout.signals import check_signals

__all__ = ["exposure"]


def exposure(signals: np.ndarray, members: np.ndarray, fpr: float = 1e-3, above: float = 0.1) -> pd.DataFrame:
    """Exposure of each record: the power of the best test between its IN and OUT signals at its own FPR.

    signals: rescaled logits (M, N); members: bool (M, N), models 2j and 2j + 1 twins. fpr: share of the models that
    never saw a record in which the test may accuse it. Returns a DataFrame of N rows: exposure (posterior mean),
    exposure_lo and exposure_hi (95 % interval), doubt (chance that exposure is at or below `above`), exposed (bool).
    Raises InputError for shapes, values and rates that cannot be.
    """
    s, m = check_signals(signals, members)
    check_rates(fpr, above)
    fitted = fit(Moments.of(Models(s, m, None)))
    found = posterior(fitted.evidence, fitted.prior, fpr=fpr, above=above)
    return pd.DataFrame(
        {
            "exposure": found.exposure,
            "exposure_lo": found.low,
            "exposure_hi": found.high,
            "doubt": found.doubt,
            "exposed": reported(found.doubt),
        }
    )


def check_rates(fpr: float, above: float) -> None:
    """Raises InputError for a false-positive rate or an exposure that cannot be."""
    if not 0 < fpr < 0.5:
        raise InputError(f"fpr must lie between 0 and 0.5, not {fpr}")
    if not fpr < above < 1:
        raise InputError(f"exposed-above must lie between fpr ({fpr}) and 1, not {above}")
