"""Which records are reported: as many as possible while few of them are expected to be false discoveries. And how many
exposed ones are expected among the others."""

import numpy as np

LEVEL = 0.05


def reported(doubt: np.ndarray, level: float = LEVEL) -> np.ndarray:
    """The largest set, bool (N,), of records with the smallest doubt whose mean doubt is at most `level`.

    doubt: float (N,), probability that the record is not exposed. Ties go in or out together. Source: the Bayesian
    false-discovery rate (Newton et al. 2004).
    """
    order = np.argsort(doubt, kind="stable")
    ranked = doubt[order]
    fine = np.cumsum(ranked) <= level * np.arange(1, len(ranked) + 1) + 1e-12
    last_of_tie = np.append(ranked[1:] != ranked[:-1], True)
    chosen = np.flatnonzero(fine & last_of_tie)
    out = np.zeros(len(doubt), dtype=bool)
    if len(chosen):
        out[order[: chosen[-1] + 1]] = True
    return out


def missed(doubt: np.ndarray, exposed: np.ndarray) -> float | None:
    """Of the records expected to be exposed, the share in [0, 1] that is not reported; None where fewer than one is
    expected. doubt: float (N,); exposed: bool (N,), the reported ones."""
    expected = float((1 - doubt).sum())
    return float((1 - doubt)[~exposed].sum()) / expected if expected >= 1 else None
