"""Scores of the attacks on stored models."""

import numpy as np

from standout.attacks import ATTACKS, leave_pair_out
from standout.attacks.smoothing import Smoothing, smoothed_scores
from standout.shadows.store import Shadows


def scores_of(name: str, shadows: Shadows, rescaled: np.ndarray, smoothing: Smoothing | None) -> np.ndarray:
    """Leave-pair-out scores (M, N) of one attack on the stored models."""
    attack = ATTACKS[name]
    if attack.signal != "rescaled-logit":
        return leave_pair_out(attack, shadows.signal(attack.signal), shadows.members)
    if smoothing:
        return smoothed_scores(attack, rescaled, shadows.members, smoothing)
    return leave_pair_out(attack, rescaled, shadows.members)
