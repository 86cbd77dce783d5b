"""All figures of one attack, as the summary holds them."""

import numpy as np

from standout.measure.calibration import shadow_calibrated, target_calibrated
from standout.measure.intervals import Curves, interval
from standout.measure.precision import precision, precision_interval
from standout.measure.roc import Roc, measurable

FPRS = (0.01, 0.001, 0.0001)
PRIORS = (0.5, 0.1, 0.01)


def counting_fpr(fpr: float, negatives: int, records: int) -> float:
    """`fpr` where it is measurable, else the smallest of FPRS above it that is, else 1 alarm in ten."""
    larger = [f for f in sorted(FPRS) if f > fpr] + [0.1]
    return next((f for f in [fpr, *larger] if measurable(f, negatives, records)), 0.1)


def attack_figures(scores: np.ndarray, members: np.ndarray, fpr: float) -> tuple[dict, Roc, Curves]:
    """Summary block of one attack, its pooled curve and those of all resamples, from leave-pair-out scores and members
    (M, N).

    fpr: the audit's; AUC by mid-ranks, TPR at the largest achievable FPR at or below each, None where not measurable.
    """
    roc = Roc.of(scores, members)
    n = scores.shape[1]
    fprs = sorted({*FPRS, fpr}, reverse=True)
    can = [f for f in fprs if measurable(f, roc.negatives, n)]
    curves = Curves.of(scores, members, roc)
    counted = counting_fpr(fpr, roc.negatives, n)
    _, tpr, achieved = roc.at(counted)
    from_shadows = shadow_calibrated(scores, members, fprs)
    block = {
        "auc": roc.auc(),
        "auc_ci": interval(curves.auc()),
        "advantage": roc.advantage(),
        "calibration": "shadow",
        "achieved_fpr": achieved,
        "tpr_at_fpr": {
            rate(f): {"tpr": roc.at(f)[1], "ci": interval(curves.at(f)[0])} if f in can else None for f in fprs
        },
        "tpr_at_fpr_target_calibrated": {
            rate(f): target_calibrated(scores, members, f) if f in can else None for f in fprs
        },
        "shadow_calibrated": {rate(f): from_shadows[f] for f in fprs},
        "precision_at_prior": {rate(p): precision(tpr, achieved, p) for p in PRIORS},
        "precision_at_prior_ci": {rate(p): precision_interval(curves, counted, p) for p in PRIORS},
        "epsilon_lower_bound": None,
    }
    return block, roc, curves


def rate(value: float) -> str:
    """A rate as a key: 0.001, never 1e-03."""
    return f"{value:.10f}".rstrip("0").rstrip(".")
