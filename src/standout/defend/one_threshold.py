"""Who seems to be exposed when one threshold is set for all records of a model, or of all models: the measure by which
the privacy onion was found. All records share its false alarms, so where a defence silences some, others light up."""

import numpy as np

from standout.attacks import ATTACKS, leave_pair_out

PAPER_FPR = 0.01


def vulnerable(signals: np.ndarray, members: np.ndarray, fpr: float = PAPER_FPR) -> np.ndarray:
    """bool (M, N): members of each model whose signal exceeds the 1 - fpr quantile of that model's non-members.

    signals float (M, N), members bool (M, N). Source: arXiv 2511.16792, section 5.
    """
    out = np.zeros(members.shape, dtype=bool)
    for own, inside, found in zip(signals, members, out):
        found[:] = inside & (own > np.quantile(own[~inside].astype(np.float64), 1 - fpr))
    return out


def hit(signals: np.ndarray, members: np.ndarray, attack: str, fpr: float) -> np.ndarray:
    """bool (M, N): members that an attack flags at one threshold for all models, which a share `fpr` of all non-members
    exceeds. Source: LiRA (arXiv 2112.03570), as the privacy onion (arXiv 2206.10469) was measured."""
    scores = leave_pair_out(ATTACKS[attack], signals, members)
    return members & (scores > np.quantile(scores[~members], 1 - fpr))


def often(flags: np.ndarray, members: np.ndarray, share: float) -> np.ndarray:
    """bool (N,): records flagged in more than this share of the models that trained on them."""
    return flags.sum(axis=0) > share * members.sum(axis=0)


def rate(flags: np.ndarray, members: np.ndarray, chosen: np.ndarray) -> float | None:
    """Share of the trainings with records chosen, bool (N,), in which they are flagged; None where there are none."""
    trials = int(members[:, chosen].sum())
    return int(flags[:, chosen].sum()) / trials if trials else None
