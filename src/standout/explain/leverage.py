"""Leverage: how much the answer on a record hangs on that record's own label, in the last layer of one net."""

import numpy as np
from scipy.linalg import solve_triangular

from standout.explain.evidence import Evidence
from standout.explain.trainings import Training, by_first_member

WIDEST = 256
"""Features of the last layer that are looked at: where there are more, their first principal directions."""
SLIGHT = 1e-7
"""Share of the largest weight of a class below which a record adds nothing: with many classes that is nearly all."""
RIDGE = 1e-3
"""Added to the curvature of a class, as a share of its mean diagonal: relu features may leave directions empty."""


def leverage(evidence: Evidence) -> np.ndarray:
    """Generalised leverage float64 (N,), 0 or more, in the last layer of one net that trained on the record. High:
    nothing else fixes the answer on it.

    The net's last layer is a softmax regression on features h (with 1 for the bias). By implicit differentiation of its
    optimum the answers p move with the labels as dp/dlabel = L J H^-1 J', L = diag(p) - pp', J the features for each
    class, H the curvature of the loss of all records in that training; the value is its trace, which for least squares
    is the leverage score x'(X'X)^-1 x. H is taken block by block, class against itself: sum over classes of w h'Hc^-1 h
    with w = p(1 - p) and Hc = sum of w hh', which needs classes x records x features^2 steps. At most WIDEST features.
    One model of those that exposure is measured with. NaN where features or answers are not stored.
    Source: after Dorseuil, Atif, Cappe, arXiv 2602.15919; blocks and ridge are ours.
    """
    return by_first_member(evidence.trainings, len(evidence.records), of_last_layer)


def of_last_layer(training: Training) -> np.ndarray | None:
    """Leverage float64 (N,) of all records by the curvature of those in the training."""
    if training.features is None or training.log_probabilities is None:
        return None
    h = narrowed(training.features.astype(np.float32), training.members)
    h = np.concatenate([h, np.ones((len(h), 1), dtype=np.float32)], axis=1)
    own = h[training.members]
    total = np.zeros(len(h))
    for c in range(training.log_probabilities.shape[1]):
        p = np.exp(training.log_probabilities[:, c].astype(np.float64))
        w = p * (1 - p)
        curvature = (own * w[training.members].astype(np.float32)[:, None]).T @ own
        curvature = curvature.astype(np.float64)
        size = np.trace(curvature) / len(curvature)
        if size <= 0:
            continue  # the class is never in doubt: its answers do not move
        root = np.linalg.cholesky(curvature + RIDGE * size * np.eye(len(curvature)))
        asked = np.flatnonzero(w > SLIGHT * w.max())
        z = solve_triangular(root, h[asked].T, lower=True, check_finite=False)
        total[asked] += w[asked] * np.einsum("ij,ij->j", z, z)
    return total


def narrowed(features: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Features float32 (N, H) as they are, or along the WIDEST principal directions of the members."""
    if features.shape[1] <= WIDEST:
        return features
    middle = features[members].mean(axis=0)
    away = features[members] - middle
    directions = np.linalg.eigh((away.T @ away).astype(np.float64))[1][:, ::-1][:, :WIDEST]
    return (features - middle) @ directions.astype(np.float32)
