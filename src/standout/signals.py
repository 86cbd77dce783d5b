"""From a model's outputs to signals: one number per record each, exact in float64.

Every function works on logits (N, C). Probabilities come in as their logarithms, which are logits too; what a model
rounds to 0 is first smoothed by a stated amount (see `log_probabilities`), since log 0 is not a number to compare.
"""

import numpy as np
from scipy.special import log_expit, logsumexp

from standout.errors import InputError

SIGNALS = ("rescaled-logit", "loss", "confidence", "entropy", "modified-entropy", "correct")
TINY = 1e-45
"""Smoothing of probabilities as stored (that of the original LiRA code): a larger amount can be chosen later."""


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Log-probabilities float64 (N, C) of logits (N, C), exact for a class whose probability rounds to 1 too."""
    z = np.array(logits, dtype=np.float64)
    rows, top = np.arange(len(z)), z.argmax(axis=1)
    z -= z[rows, top][:, None]
    others = np.exp(z)
    others[rows, top] = 0
    return z - np.log1p(others.sum(axis=1, keepdims=True))


def log_probabilities(probabilities: np.ndarray, smoothing: float = TINY) -> np.ndarray:
    """Probabilities (N, C) in [0, 1] as logits: log(p + smoothing), float64."""
    return np.log(np.asarray(probabilities, dtype=np.float64) + smoothing)


def looks_like_probabilities(outputs: np.ndarray) -> bool:
    """Whether every row of outputs (N, C) is non-negative and sums to 1 (to 1e-3): else they are taken as logits."""
    return bool(np.all(outputs >= 0) and np.all(np.abs(outputs.sum(axis=1, dtype=np.float64) - 1) < 1e-3))


def row_no_sum(outputs: np.ndarray) -> int | None:
    """The first row of outputs (N, C) that does not sum to 1 although all of them lie in [0, 1], as probabilities do;
    None where there is none: they are then clearly the one or the other. Nothing but zeros are logits."""
    if outputs.any() and np.all(outputs >= 0) and np.all(outputs <= 1 + 1e-3):
        off = np.abs(outputs.sum(axis=1, dtype=np.float64) - 1) >= 1e-3
        return int(np.argmax(off)) if off.any() else None
    return None


def as_logits(outputs: np.ndarray) -> np.ndarray:
    """Outputs (N, C), logits or probabilities, as float64 logits."""
    outputs = np.asarray(outputs)
    return log_probabilities(outputs) if looks_like_probabilities(outputs) else outputs.astype(np.float64)


def rescaled_logit(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """z_y - logsumexp(z_c, c != y): the log odds of the true class, exact where the probability rounds to 0 or 1.

    logits: (N, C); labels: int (N,). Returns float64 (N,). Source: Carlini et al., arXiv 2112.03570, section IV.
    """
    z = np.array(logits, dtype=np.float64)
    rows = np.arange(len(z))
    own = z[rows, labels]
    z[rows, labels] = -np.inf
    return own - logsumexp(z, axis=1)


def log_confidence(rescaled: np.ndarray) -> np.ndarray:
    """log p_y from rescaled logits of any shape."""
    return log_expit(rescaled)


def entropy(log_p: np.ndarray) -> np.ndarray:
    """-sum p log p, float64 (N,), of log-probabilities (N, C)."""
    finite = np.where(np.isneginf(log_p), 0.0, log_p)
    return -np.sum(np.exp(log_p) * finite, axis=1)


def modified_entropy(log_p: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """-(1 - p_y) log p_y - sum over the others of p_c log(1 - p_c), float64 (N,).

    Source: Song and Mittal, arXiv 2003.10595, equation 7. log(1 - p_c) of the likeliest class is taken from the sum
    of the others, so that it holds where p_c rounds to 1.
    """
    p = np.exp(log_p)
    rows = np.arange(len(p))
    top = log_p.argmax(axis=1)
    rest = log_p.copy()
    rest[rows, top] = -np.inf
    log_1mp = np.log1p(-np.minimum(p, 0.5))
    log_1mp[rows, top] = logsumexp(rest, axis=1)
    p_rest = p.copy()
    p_rest[rows, labels] = 0.0
    true_term = np.exp(log_1mp[rows, labels]) * log_p[rows, labels]
    return -true_term - np.sum(p_rest * log_1mp, axis=1)


def smooth(rescaled: np.ndarray, amount: float) -> np.ndarray:
    """Rescaled logits as if `amount` had been added to p_y and to the sum of the others.

    rescaled: any shape, any float. Returns float64: log(p + amount) - log(1 - p + amount), in logs throughout.
    """
    s = np.asarray(rescaled, dtype=np.float64)
    if amount <= 0:
        return s
    small = np.log(amount)
    return np.logaddexp(log_expit(s), small) - np.logaddexp(log_expit(-s), small)


def check_signals(signals: np.ndarray, members: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Signals float (M, N) and members bool (M, N) as arrays that every attack can trust, or an InputError.

    float32 and float64 stay what they are: attacks reckon in float64, a model or a block of records at a time.
    """
    s, m = np.asarray(signals), np.asarray(members)
    if s.ndim != 2 or s.shape != m.shape:
        raise InputError(f"signals and members must both be (models, records); they are {s.shape} and {m.shape}")
    if s.shape[0] % 2 or s.shape[0] < 4:
        raise InputError(f"{s.shape[0]} models: models come in pairs (2j and 2j+1), at least 4 of them")
    if s.shape[1] == 0:
        raise InputError("signals hold no record")
    if s.dtype.kind not in "fiu":
        raise InputError(f"signals must be numbers; they are {s.dtype}")
    if m.dtype != bool:
        if not np.isin(m, (0, 1)).all():
            raise InputError("members must be true or false (1 or 0) for each model and record")
        m = m.astype(bool)
    bad = ~np.isfinite(s)
    if bad.any():
        model, record = np.argwhere(bad)[0]
        raise InputError(
            f"signals: {int(bad.sum())} are not finite, the first at model {model}, record {record}; "
            "rescaled logits are log p_y - log(1 - p_y): smooth probabilities of 0 and 1 first"
        )
    return s.astype(np.result_type(s.dtype, np.float32), copy=False), m
