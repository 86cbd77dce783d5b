"""Histograms of what models say of members and of others: the pictures in which the paper looks for the leak."""

import numpy as np

from standout.defend.judge import Treated

BINS = 40
EDGES = (0.001, 0.999)
"""Quantiles between which the bins lie; what lies outside is counted in the outermost."""


def drawn(treated: Treated) -> dict:
    """{"rescaled-logit", "loss"}: {"edges" (BINS + 1,), "members" (BINS,), "others" (BINS,)}, shares of each side over
    all models."""
    loss = treated.outputs.signal("loss")
    return {
        "rescaled-logit": histogram(treated.rescaled, treated.members),
        "loss": histogram(loss, treated.members),
    }


def histogram(values: np.ndarray, members: np.ndarray) -> dict:
    """values float, members bool, (M, N) each."""
    low, high = np.quantile(values, EDGES).astype(np.float64).tolist()
    edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    sides = [np.histogram(np.clip(v, edges[0], edges[-1]), edges)[0] for v in (values[members], values[~members])]
    inside, outside = (s / max(s.sum(), 1) for s in sides)
    return {"edges": edges.tolist(), "members": inside.tolist(), "others": outside.tolist()}
