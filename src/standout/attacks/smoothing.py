"""How much to smooth probabilities that reach 0 and 1 (tree ensembles, neighbours): the amount decides the result, so
it is chosen on the references of each target, never by rule, and recorded."""

from dataclasses import dataclass

import numpy as np

from standout.attacks.attack import Attack
from standout.attacks.leave_pair_out import leave_pair_out
from standout.attacks.lira import lira_one_variance
from standout.measure.roc import Roc
from standout.signals import smooth

AMOUNTS = (0.0, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2)
DEFAULT = 1e-2
"""Where there are too few pairs to choose."""
BLOCKS = 4
RECORDS, PAIRS = 4000, 12
"""At most so many records and pairs are tried on."""


@dataclass(frozen=True)
class Smoothing:
    """amounts: one per pair, chosen without that pair; overall: chosen on all models, for what judges no model."""

    amounts: tuple[float, ...]
    overall: float


def choose_smoothing(signals: np.ndarray, members: np.ndarray) -> Smoothing:
    """Smoothing of rescaled logits (M, N) by how well other models are told apart with it."""
    pairs = len(signals) // 2
    if pairs < 4:
        return Smoothing((DEFAULT,) * pairs, DEFAULT)
    block = np.arange(pairs) * min(BLOCKS, pairs) // pairs
    amounts = np.empty(pairs)
    for b in np.unique(block):
        amounts[block == b] = _best(signals, members, np.flatnonzero(block != b))
    return Smoothing(tuple(float(a) for a in amounts), _best(signals, members, np.arange(pairs)))


def smoothed_scores(attack: Attack, signals: np.ndarray, members: np.ndarray, smoothing: Smoothing) -> np.ndarray:
    """Leave-pair-out scores (M, N) where each target and its references are smoothed by the target's amount."""
    scores = np.empty(signals.shape)
    per_model = np.repeat(smoothing.amounts, 2)
    for amount in np.unique(per_model):
        rows = per_model == amount
        scores[rows] = leave_pair_out(attack, smooth(signals, amount), members)[rows]
    return scores


def _best(signals: np.ndarray, members: np.ndarray, pairs: np.ndarray) -> float:
    chosen = np.sort(np.concatenate([2 * pairs[:PAIRS], 2 * pairs[:PAIRS] + 1]))
    records = slice(None, None, max(signals.shape[1] // RECORDS, 1))
    s, m = signals[chosen][:, records], members[chosen][:, records]

    def success(amount: float) -> float:
        roc = Roc.of(leave_pair_out(lira_one_variance, smooth(s, amount), m), m)
        return roc.auc() + roc.at(0.01)[1]

    return max(AMOUNTS, key=success)
