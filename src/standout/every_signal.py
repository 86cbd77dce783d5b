"""All signals of a model at once, block by block, with one exponential a logit: what each stored model costs."""

import numpy as np

from standout.signals import SIGNALS, entropy, log_confidence, log_softmax, modified_entropy, rescaled_logit

NUMBERS = 1 << 16
"""Of a block: all that is computed of it stays in a core's cache."""
LEAST = 1e-200
"""A sum of exponentials below this has lost terms to underflow."""
SMALL = 1e-4
"""Below this, four terms of the series of log(1 - p) are exact."""


def all_signals(logits: np.ndarray, labels: np.ndarray, log_p: np.ndarray | None = None) -> np.ndarray:
    """All six SIGNALS, float64 (6, N), of logits (N, C) and labels int (N,).

    `correct` is 1 where the true class has the largest logit, and 1/k where k classes share the largest. log_p:
    float (N, C) to be filled with log-probabilities, finite in its dtype, or None.
    """
    signals = np.empty((len(SIGNALS), len(logits)))
    size = max(NUMBERS // max(logits.shape[1], 1), 1)
    for start in range(0, len(logits), size):
        part = slice(start, start + size)
        signals[:, part], own = _of_block(np.array(logits[part], dtype=np.float64), labels[part])
        if log_p is not None:
            log_p[part] = np.maximum(own, np.finfo(log_p.dtype).min)
    margin = signals[0]
    confidence = log_confidence(margin)
    signals[1], signals[2] = -confidence, np.exp(confidence)
    return signals


def _of_block(z: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(signals (6, n), of which loss and confidence are left empty, log-probabilities (n, C)); z is overwritten."""
    signals = np.empty((len(SIGNALS), len(z)))
    rows, top = np.arange(len(z)), z.argmax(axis=1)
    z -= z[rows, top][:, None]
    own = z[rows, labels].copy()
    signals[5] = np.where(own == 0, 1.0 / np.maximum((z == own[:, None]).sum(axis=1), 1), 0.0)
    e = np.exp(z)
    e[rows, top] = 0
    others = e.sum(axis=1)
    normal = np.log1p(others)
    log_p = z - normal[:, None]
    best = labels == top
    true = e[rows, labels].copy()
    e[rows, labels] = 0
    rest = e.sum(axis=1) + ~best  # exponentials of all but the true class; the likeliest is 1
    lost = (others < LEAST) | (rest < LEAST) | ~np.isfinite(z).all(axis=1)
    rest[lost] = 1
    signals[0] = own - np.log(rest)
    e[rows, labels] = true
    with np.errstate(invalid="ignore"):
        signals[3] = normal - (e * z).sum(axis=1) / (1 + others)
    signals[4] = _modified(e, others, log_p, labels, top)
    if lost.any():
        signals[:, lost] = _slowly(z[lost], labels[lost], signals[5, lost])
        log_p[lost] = log_softmax(z[lost])
    return signals, log_p


def _modified(e: np.ndarray, others: np.ndarray, log_p: np.ndarray, labels: np.ndarray, top: np.ndarray) -> np.ndarray:
    """Modified entropy, from exponentials e (n, C), 0 for the likeliest class, and their sums; e is overwritten."""
    rows = np.arange(len(e))
    e /= (1 + others)[:, None]
    p = e
    tail = p * (-1 - p * (1 / 2 + p * (1 / 3 + p / 4)))  # log(1 - p) where p is small
    large = p > SMALL
    tail[large] = np.log1p(-p[large])
    p_true = p[rows, labels].copy()
    p[rows, labels] = 0
    sums = (p * tail).sum(axis=1)
    with np.errstate(divide="ignore"):
        top_tail = np.log(others) - np.log1p(others)  # log(1 - p) of the likeliest, from the sum of the others
    best = labels == top
    p_top = np.exp(log_p[rows, top])
    away = np.where(best, others / (1 + others), 1 - p_true)
    own = log_p[rows, labels]
    return -away * own - np.where(best, sums, sums + p_top * top_tail)


def _slowly(z: np.ndarray, labels: np.ndarray, correct: np.ndarray) -> np.ndarray:
    """Signals of the few records for which a block's sums do not do."""
    log_p, signals = log_softmax(z), np.empty((len(SIGNALS), len(z)))
    signals[0], signals[3] = rescaled_logit(z, labels), entropy(log_p)
    signals[4], signals[5] = modified_entropy(log_p, labels), correct
    return signals
