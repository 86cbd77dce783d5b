"""Likelihood-ratio attacks (LiRA): Carlini et al., arXiv 2112.03570, in the conventions of the agreement tests."""

import numpy as np
from scipy.special import log_ndtr

from standout.attacks.attack import Attack, Target
from standout.moments import Moments, Side

SOURCE = "Carlini et al., arXiv 2112.03570"
FLOOR = 1e-30
"""Added to every standard deviation, so that a constant side has a density."""


def _log_normal(x: np.ndarray, mean: np.ndarray, sd: np.ndarray | float) -> np.ndarray:
    """Normal log density without its constant."""
    return -0.5 * ((x - mean) / sd) ** 2 - np.log(sd)


def _per_record(target: Target, references: Moments) -> np.ndarray:
    """log N(s; in) - log N(s; out), mean and sd (ddof 0) of each record."""
    sides = references.inside, references.outside
    inside, outside = (_log_normal(target.signals, s.mean, np.sqrt(s.variance) + FLOOR) for s in sides)
    return _where_known(references, inside - outside)


def _one_variance(target: Target, references: Moments) -> np.ndarray:
    """The same with one sd a side: deviations from each record's own mean, pooled over all records."""
    sides = references.inside, references.outside
    inside, outside = (_log_normal(target.signals, s.mean, _pooled_sd(s) + FLOOR) for s in sides)
    return _where_known(references, inside - outside)


def _where_known(references: Moments, ratio: np.ndarray) -> np.ndarray:
    """The log ratio, and 0 (no evidence) for a record that all references or none were trained on."""
    return np.where((references.inside.count > 0) & (references.outside.count > 0), ratio, 0.0)


def _pooled_sd(side: Side) -> float:
    return float(np.sqrt(side.squares.sum() / side.count.sum()))


def _offline(target: Target, references: Moments) -> np.ndarray:
    """log of the normal CDF under OUT: how far above its OUT models the target answers, one-sided."""
    out = references.outside
    return np.where(out.count > 0, log_ndtr((target.signals - out.mean) / (np.sqrt(out.variance) + FLOOR)), np.log(0.5))


def _lira(name: str, score, about: str) -> Attack:
    return Attack(name, "rescaled-logit", Moments.of, score, about, SOURCE)


lira = _lira("lira", _per_record, "likelihood ratio of two normals, mean and spread of each record")
lira_one_variance = _lira("lira-one-variance", _one_variance, "the same with one spread a side for all records")
lira_offline = _lira("lira-offline", _offline, "how far above its OUT models the target answers, one-sided")
