"""One target model set against all references of a run: a score, a p-value and a verdict for each record."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from standout.attacks import ATTACKS
from standout.attacks.newcomer import scores_of_newcomer
from standout.estimate.agreement import cautious
from standout.estimate.estimate import Estimate
from standout.estimate.outside import OutTest
from standout.estimate.own_rate import OwnRates, own_rates_seen
from standout.estimate.spread import shrunk_spread
from standout.flows.attacking import Attacked
from standout.flows.likeness import likeness, note_on
from standout.flows.options import Options
from standout.measure.figures import PRIORS, rate
from standout.measure.intervals import interval
from standout.measure.precision import precision
from standout.measure.roc import Roc
from standout.moments import moments_of
from standout.shadows.outputs import Outputs
from standout.signals import smooth

SURE = 3.0
"""Standard errors: training on a record raises its rescaled logit, unless the references say so clearly."""


@dataclass(frozen=True, eq=False)
class Target:
    """A model that is none of the references: its outputs, as those of one model (1, N), and its members bool (N,)
    where they are known. Nothing but the figures of success looks at those."""

    outputs: Outputs
    members: np.ndarray | None


@dataclass(frozen=True, eq=False)
class Judged:
    """columns: `member`, `score`, `p_value`, `flagged` of each record; block: `target` of the summary."""

    columns: pd.DataFrame
    block: dict


def judge(
    target: Target, references: Outputs, attacked: Attacked, estimated: Estimate, options: Options, warnings: list[str]
) -> Judged:
    """The main attack and the exposure test of each record on the target, flagged where that test's p-value is at most
    --fpr: a share that holds for each record by itself.

    Both sides are smoothed by the amount chosen on all references. Appends to warnings what a reader must know.
    """
    attack = ATTACKS[options.attacks[-1]]
    members = references.members
    rescaled = one(target.outputs, "rescaled-logit")
    if attacked.smoothing:
        rescaled = smooth(rescaled, attacked.smoothing.overall).astype(np.float32)
    elif target.outputs.rounded():
        warnings.append(
            "the target's probabilities reach 0 or 1 and those of its references do not: compare like models"
        )
    if attack.signal == "rescaled-logit":
        own, theirs = rescaled, attacked.signal
    else:
        own, theirs = one(target.outputs, attack.signal), references.signal(attack.signal)
        assert theirs is not None
    scores = scores_of_newcomer(attack, own, theirs, members)
    moments = cautious(moments_of(attacked.signal, members))
    test = OutTest.of(moments, shrunk_spread(moments, estimated.fit.noise_factor), estimated.tails, sure=SURE)
    p_value = test.p_value(rescaled.astype(np.float64))
    flagged = p_value <= options.fpr
    columns = pd.DataFrame(
        {
            "member": np.nan if target.members is None else target.members,
            "score": scores,
            "p_value": p_value,
            "flagged": flagged,
        }
    )
    rates = own_rates_seen(
        attacked.signal, members, options.fpr, estimated.tails, estimated.fit.noise_factor, SURE
    )  # fmt: skip
    block = {
        "attack": attack.name,
        "flagged_at": options.fpr,
        "flagged": int(flagged.sum()),
        "expected": {"tpr": rates.tpr, "fpr": rates.fpr},
        "precision_at_prior": {rate(p): precision(rates.tpr, rates.fpr, p) for p in PRIORS},
        "precision_at_prior_ci": {rate(p): precision_range(rates, p) for p in PRIORS},
        "likeness": None,
    }
    if target.members is not None and not target.members.all():
        correct = target.outputs.signal("correct"), references.signal("correct")
        right = None if correct[0] is None or correct[1] is None else (correct[0][0], correct[1])
        found = likeness(rescaled, target.members, attacked.signal, members, right)
        block["likeness"] = {name: one_range.block() for name, one_range in found.items()}
        warnings.extend(note_on(found))
    return Judged(columns, block | success(scores, flagged, target.members))


def precision_range(rates: OwnRates, prior: float) -> list[float] | None:
    """95 % interval of the precision at a prior; None where a resample accuses nobody."""
    flagged = prior * rates.tpr_draws + (1 - prior) * rates.fpr_draws
    return interval(prior * rates.tpr_draws / flagged) if (flagged > 0).all() else None


def one(outputs: Outputs, name: str) -> np.ndarray:
    """A signal (N,) of the only model."""
    signal = outputs.signal(name)
    assert signal is not None
    return signal[0]


def success(scores: np.ndarray, flagged: np.ndarray, members: np.ndarray | None) -> dict:
    """How right scores and flags (N,) are, where members bool (N,) are known; None for what cannot be told."""
    if members is None:
        return dict.fromkeys(("members", "auc", "tpr", "fpr", "precision"))
    inside, outside = int(members.sum()), int((~members).sum())
    hits, false_hits = int((flagged & members).sum()), int((flagged & ~members).sum())
    return {
        "members": inside,
        "auc": Roc.of(scores, members).auc() if inside and outside else None,
        "tpr": hits / inside if inside else None,
        "fpr": false_hits / outside if outside else None,
        "precision": hits / (hits + false_hits) if flagged.any() else None,
    }
