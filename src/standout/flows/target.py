"""One target model set against all references of a run: a score, a p-value and a verdict for each record."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from standout.attacks import ATTACKS
from standout.attacks.newcomer import scores_of_newcomer
from standout.estimate.agreement import cautious
from standout.estimate.estimate import Estimate
from standout.estimate.outside import OutTest
from standout.estimate.spread import shrunk_spread
from standout.flows.attacking import Attacked
from standout.flows.options import Options
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
    """The main attack on the target, flagged where the references' own non-members are in a share --fpr at most.

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
    flagged = scores >= attacked.threshold
    moments = cautious(moments_of(attacked.signal, members))
    test = OutTest.of(moments, shrunk_spread(moments, estimated.fit.noise_factor), estimated.tails, sure=SURE)
    known = target.members is not None
    columns = pd.DataFrame(
        {
            "member": target.members if known else np.nan,
            "score": scores,
            "p_value": test.p_value(rescaled.astype(np.float64)),
            "flagged": flagged,
        }
    )
    block = {"attack": attack.name, "calibrated_at": attacked.counted_at, "flagged": int(flagged.sum())}
    return Judged(columns, block | success(scores, flagged, target.members))


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
