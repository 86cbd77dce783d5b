"""All figures of one attack, as the summary holds them."""

import numpy as np

from standout.measure.intervals import roc_intervals
from standout.measure.roc import Roc, measurable

FPRS = (0.01, 0.001, 0.0001)
PRIORS = (0.5, 0.1, 0.01)


def counting_fpr(fpr: float, negatives: int, records: int) -> float:
    """`fpr` where it is measurable, else the smallest of FPRS above it that is, else 1 alarm in ten."""
    larger = [f for f in sorted(FPRS) if f > fpr] + [0.1]
    return next((f for f in [fpr, *larger] if measurable(f, negatives, records)), 0.1)


def precision(tpr: float, fpr: float, prior: float) -> float | None:
    """Share of the flagged that are members, where a share `prior` of all is; None where nothing is flagged."""
    flagged = prior * tpr + (1 - prior) * fpr
    return None if flagged == 0 else prior * tpr / flagged


def target_calibrated(scores: np.ndarray, members: np.ndarray, fpr: float) -> float:
    """Mean TPR with each model's threshold set on its own non-members: what an attacker who knows them would reach."""
    return float(np.mean([Roc.of(s, m).at(fpr)[1] for s, m in zip(scores, members)]))


def attack_figures(scores: np.ndarray, members: np.ndarray, fpr: float) -> tuple[dict, Roc]:
    """Summary block of one attack and its pooled curve, from leave-pair-out scores and members (M, N).

    fpr: the audit's; AUC by mid-ranks, TPR at the largest achievable FPR at or below each, None where not measurable.
    """
    roc = Roc.of(scores, members)
    n = scores.shape[1]
    fprs = sorted({*FPRS, fpr}, reverse=True)
    can = [f for f in fprs if measurable(f, roc.negatives, n)]
    auc_ci, tpr_ci = roc_intervals(scores, members, roc, can)
    _, tpr, achieved = roc.at(counting_fpr(fpr, roc.negatives, n))
    block = {
        "auc": roc.auc(),
        "auc_ci": auc_ci,
        "advantage": roc.advantage(),
        "calibration": "shadow",
        "achieved_fpr": achieved,
        "tpr_at_fpr": {rate(f): {"tpr": roc.at(f)[1], "ci": tpr_ci[f]} if f in can else None for f in fprs},
        "tpr_at_fpr_target_calibrated": {
            rate(f): target_calibrated(scores, members, f) if f in can else None for f in fprs
        },
        "precision_at_prior": {rate(p): precision(tpr, achieved, p) for p in PRIORS},
        "epsilon_lower_bound": None,
    }
    return block, roc


def rate(value: float) -> str:
    """A rate as a key: 0.001, never 1e-03."""
    return f"{value:.10f}".rstrip("0").rstrip(".")
