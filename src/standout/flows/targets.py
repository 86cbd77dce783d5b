"""When an audit has models enough: the targets of `--until-stable`, and how many models they would take."""

from dataclasses import dataclass
from math import floor, log10, sqrt

import numpy as np

from standout.estimate.detectable import detectable
from standout.estimate.discovery import LEVEL, missed
from standout.estimate.estimate import Estimate
from standout.estimate.foresight import missed_with
from standout.measure.figures import counting_fpr
from standout.measure.intervals import roc_intervals
from standout.measure.roc import Roc

MISSED = 1 / 3
"""Two of three exposed records are in the reported set. All of them can never be: some lie near the bound."""
AUC = 0.01
"""Half-width of the interval: the second digit of the AUC stands."""
TPR_SHARE, TPR_LEAST = 0.25, 0.002
"""Half-width: a quarter of the rate itself; where hardly anything is recognised, a fifth of a point."""
GAP = 0.01
"""Half-width: one point of accuracy, a fifth of the gap that still counts as not overfitted."""
DETECTABLE = 0.5
"""An audit that may overlook a record recognised in half of the trainings is not finished."""
FAR = 16
"""Times the budget up to which the number of models is looked for that would do."""
CLOSE = 1.06
"""That number is found up to this factor."""
INTERVALS = ("auc", "tpr", "gap")


@dataclass(frozen=True)
class Target:
    """A figure that must be at most `target`. seen: None where it cannot be told."""

    target: float
    seen: float | None
    met: bool


def targets_of(
    estimated: Estimate, scores: np.ndarray, members: np.ndarray, gap_ci: list[float], *, fpr: float, above: float
) -> dict[str, Target]:
    """All targets of an audit by name. scores (M, N): leave-pair-out, of the main attack; members: bool (M, N).

    false_discoveries: mean doubt of the reported records; missed: share of the records expected to be exposed that is
    not reported; auc, tpr, gap: half-widths of their 95 % intervals, the TPR at `fpr` or the smallest measurable rate
    above; detectable: the smallest exposure that would be reported with 80 % chance.
    """
    doubt, exposed = estimated.posterior.doubt, estimated.exposed
    roc = Roc.of(scores, members)
    count_at = counting_fpr(fpr, roc.negatives, scores.shape[1])
    auc_ci, tpr_ci = roc_intervals(scores, members, roc, [count_at])
    wrong = float(doubt[exposed].mean()) if exposed.any() else None
    unseen = missed(doubt, exposed)
    found = detectable(estimated, fpr=fpr, above=above)
    fine = exposed.all() or (found is not None and found <= DETECTABLE)  # where all are reported, none is overlooked
    return {
        "false_discoveries": Target(LEVEL, wrong, wrong is None or wrong <= LEVEL + 1e-9),
        "missed": Target(MISSED, unseen, unseen is None or unseen <= MISSED),
        "auc": at_most(AUC, auc_ci),
        "tpr": at_most(max(TPR_SHARE * roc.at(count_at)[1], TPR_LEAST), tpr_ci[count_at]),
        "gap": at_most(GAP, gap_ci),
        "detectable": Target(DETECTABLE, found, bool(fine)),
    }


def at_most(target: float, ci: list[float]) -> Target:
    """The target for the half-width of an interval."""
    half = (ci[1] - ci[0]) / 2
    return Target(target, half, half <= target + 1e-12)


def would_need(
    targets: dict[str, Target], estimated: Estimate, models: int, budget: int, *, fpr: float, above: float
) -> int | None:
    """How many models would meet the targets that `models` did not, or None where FAR times the budget would not.

    Intervals shrink with the root of the number; the rest is simulated on the posterior. Two digits, rounded up, even.
    """
    unmet = {name: t for name, t in targets.items() if not t.met}
    most = FAR * budget / models
    factor = max([(t.seen / t.target) ** 2 for name, t in unmet.items() if name in INTERVALS and t.seen], default=1.0)
    rates = {"fpr": fpr, "above": above}
    now = missed_with(estimated, 1.0, **rates) if "missed" in unmet else 0.0

    def enough(share: float) -> bool:
        if "missed" in unmet:  # as far as simulation and truth differ with these models, they will with more
            foreseen = missed_with(estimated, share, **rates) * ((unmet["missed"].seen or 0) / max(now, 1e-9))
            if foreseen > MISSED:
                return False
        if "detectable" in unmet:
            found = detectable(estimated, share=share, **rates)
            return found is not None and found <= DETECTABLE
        return True

    if factor > most or not enough(most):
        return None
    low, high = factor, factor if enough(factor) else most
    while high / low > CLOSE:
        middle = sqrt(low * high)
        low, high = (low, middle) if enough(middle) else (middle, high)
    return rounded_up(high * models, models)


def rounded_up(value: float, beyond: int) -> int:
    """An even number at or above `value` and above `beyond`, of two digits with zeros behind."""
    value = max(value, beyond + 1)
    step = max(10 ** (floor(log10(value)) - 1), 1)
    step = step if step % 2 == 0 else 2
    return int(-(-value // step) * step)
