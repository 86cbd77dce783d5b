"""The evidence of an audit that was not made: of other models, fewer or more, on records of known effects."""

from dataclasses import replace

import numpy as np

from standout.estimate.posterior import draw
from standout.estimate.prior import Evidence, Fit

BLOCK = 128


def plausible_effects(fitted: Fit, weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One draw (N,) from the posterior of each record's effect; records are drawn apart from each other.

    weights: each record's own mixture (N, len(CENTRES)), as `Prior.at` gives it.
    """
    out = np.empty(len(weights))
    for start in range(0, len(out), BLOCK):
        part = slice(start, start + BLOCK)
        some = fitted.evidence.rows(part)
        effects, _ = draw(some, weights[part], rng.random((len(some.gap), 2)))
        out[part] = np.diagonal(effects)  # `draw` takes the same points for all; so each record has one of its own
    return out


def replay(fitted: Fit, records: np.ndarray, effect: np.ndarray, share: float, rng: np.random.Generator) -> Evidence:
    """Evidence that an audit with a `share` of the models would gather on `records` (R,) if their effects were these.

    effect: true effects (R,) in OUT deviations. What is known of the spread is drawn anew, too.
    """
    seen = fitted.evidence.rows(records)
    error = seen.error / np.sqrt(share)
    # The gap is known by the models alone. Of spreads much is known from the other records, which no model adds to: a
    # log variance is estimated from n models with variance 2 / n (more for heavy tails); the error of the gap says n.
    added = (1 + np.exp(seen.log_ratio)) / 2 * np.exp(seen.log_variance) / np.maximum(seen.error, 1e-12) ** 2
    added /= np.broadcast_to(fitted.noise_factor, len(fitted.covariate))[records]
    unsure = _informed(seen.unsure, added, share)
    off = np.sqrt(unsure) * rng.standard_normal(len(records))  # true log variance less the estimated one
    gap = effect * np.exp((seen.log_variance + off) / 2)
    return replace(
        seen,
        gap=gap + error * np.exp(off / 2) * rng.standard_normal(len(records)),
        error=error,
        unsure=unsure,
        log_ratio_sd=np.sqrt(_informed(seen.log_ratio_sd**2, added / 2, share)),
    )


def _informed(variance: np.ndarray, precision: np.ndarray, share: float) -> np.ndarray:
    """Variances (R,) where `share` times the models tell, which told so much (R,): precisions add up."""
    whole = 1 / np.maximum(variance, 1e-12)
    return 1 / (whole + (share - 1) * np.minimum(precision, whole))
