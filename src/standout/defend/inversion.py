"""Logit reweighting undone: the share of a query's own logits in an answer, from the query or from the answer."""

import numpy as np


def share_of(logits: np.ndarray, mu: np.ndarray, weight: float) -> np.ndarray:
    """s = weight cos(z, mu), float64 (N,), of logits z and class means mu, both (N, C); 0 where one of them is 0."""
    lengths = np.linalg.norm(logits, axis=1) * np.linalg.norm(mu, axis=1)
    return weight * np.divide((logits * mu).sum(axis=1), lengths, out=np.zeros(len(logits)), where=lengths > 0)


def shares(published: np.ndarray, mu: np.ndarray, weight: float) -> np.ndarray:
    """All s in [-weight, weight], but 0, for which z = mu + (published - mu) / s has s = weight cos(z, mu): float64
    (N, 4), NaN where there are fewer; in practice there are two.

    published, mu: (N, C). With d = published - mu, split into b mu and a part across of squared length g |mu|^2, the
    condition is (s + b) sqrt(weight^2 - s^2) = sqrt(g) |s| with s + b > 0, whose square is the quartic that is solved
    here, as eigenvalues of its companion. Where b > 0, one solution is positive and one negative; where b < 0, both are
    positive, or there is none.
    """
    squares = (mu * mu).sum(axis=1)
    known = squares > 0
    squares = np.where(known, squares, 1.0)
    d = published - mu
    b, e = (d * mu).sum(axis=1) / squares, (d * d).sum(axis=1) / squares
    companion = np.zeros((len(mu), 4, 4))
    companion[:, [1, 2, 3], [0, 1, 2]] = 1
    w2 = weight * weight
    companion[:, :, 3] = np.stack([w2 * b * b, 2 * w2 * b, w2 - e, -2 * b], axis=1)
    roots = np.linalg.eigvals(companion)
    s = roots.real
    real = np.abs(roots.imag) <= DOUBLE * weight  # two that nearly coincide come with small imaginary parts
    fit = real & (s + b[:, None] > 0) & (np.abs(s) <= weight * (1 + DOUBLE)) & (s != 0) & known[:, None]
    return np.where(fit, s, np.nan)


DOUBLE = 1e-6
"""By how much of the weight solutions may be off where two coincide."""


def unweighted(published: np.ndarray, mu: np.ndarray, weight: float, near: np.ndarray) -> np.ndarray:
    """Logits z float64 (N, C) from published s z + (1 - s) mu: of the solutions `shares` that nearest to `near` (N,);
    what is published where there is none, since s is 0 there and nothing of z is told."""
    found = shares(published, mu, weight)
    off = np.where(np.isnan(found), np.inf, np.abs(found - near[:, None]))
    s = found[np.arange(len(found)), off.argmin(axis=1)]
    solved = np.isfinite(s)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = mu + (published - mu) / s[:, None]
    return np.where(solved[:, None], z, published)
