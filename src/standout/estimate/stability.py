"""How an audit repeats: the most exposed records of one half of its models against those of the other."""

import numpy as np

from standout.estimate.estimate import Estimate
from standout.estimate.posterior import posterior, posterior_of
from standout.estimate.prior import fit_signals
from standout.estimate.replay import plausible_effects, replay


def stability(
    signals: np.ndarray,
    members: np.ndarray,
    estimated: Estimate,
    count: int,
    *,
    fpr: float,
    characteristics: np.ndarray | None = None,
) -> dict:
    """How far the `count` most exposed records of one half of the models are those of the other half.

    Returns {"jaccard", "limit", "models"}: limit is what sampling alone would leave of it, from audits of that size
    simulated on effects drawn from the posterior; models: how many each half has.
    """
    fitted, tails = estimated.fit, estimated.tails
    half = len(signals) // 4 * 2
    tops = []
    for part in (slice(0, half), slice(half, 2 * half)):
        one = fit_signals(signals[part], members[part], characteristics)
        tops.append(_top(posterior_of(one, fpr=fpr, tails=tails).exposure, count))
    rng = np.random.default_rng(11)
    rows, weights = np.arange(signals.shape[1]), fitted.prior.at(fitted.covariate)
    limits = []
    for _ in range(2):
        truth = plausible_effects(fitted, weights, rng)
        again = [replay(fitted, rows, truth, 0.5, rng) for _ in range(2)]
        limits.append(_jaccard(*(_top(posterior(e, weights, fpr=fpr, tails=tails).exposure, count) for e in again)))
    return {"jaccard": _jaccard(*tops), "limit": float(np.mean(limits)), "models": half}


def _top(exposure: np.ndarray, count: int) -> set[int]:
    return set(np.argsort(-exposure, kind="stable")[:count].tolist())


def _jaccard(a: set[int], b: set[int]) -> float:
    return len(a & b) / len(a | b)
