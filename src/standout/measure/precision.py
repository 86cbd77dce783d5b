"""Of those accused, how many were members?"""

import numpy as np

from standout.measure.intervals import Curves, interval


def precision(tpr: float, fpr: float, prior: float) -> float | None:
    """Share of the flagged that are members, where a share `prior` of all is; None where nothing is flagged."""
    flagged = prior * tpr + (1 - prior) * fpr
    return None if flagged == 0 else prior * tpr / flagged


def precision_interval(curves: Curves, fpr: float, prior: float) -> list[float] | None:
    """95 % interval of `precision` at this FPR, each resample with the threshold and the FPR that it finds itself.

    None where a resample flags nothing: its precision is not defined.
    """
    tpr, achieved = curves.at(fpr)
    flagged = prior * tpr + (1 - prior) * achieved
    return interval(prior * tpr / flagged) if (flagged > 0).all() else None


def record_precision(
    hits: np.ndarray, trials: np.ndarray, false_hits: np.ndarray, false_trials: np.ndarray
) -> np.ndarray:
    """Of the accusations of a record, the share that is true at equal odds of its being a member, float64 (N,).

    All int (N,), trials at least 1. NaN for a record that is never accused.
    """
    true, false = hits / trials, false_hits / false_trials
    accused = true + false
    return np.divide(true, accused, out=np.full(len(accused), np.nan), where=accused > 0)
