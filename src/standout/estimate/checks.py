"""Checks of the exposure estimate: the false-positive rate that its test shows, what it can detect, how it repeats."""

from dataclasses import replace

import numpy as np

from standout.attacks.moments import moments_of
from standout.estimate.discovery import LEVEL
from standout.estimate.estimate import Estimate
from standout.estimate.outside import OutTest
from standout.estimate.posterior import NORMAL, draw, posterior, posterior_of
from standout.estimate.power import LARGEST
from standout.estimate.prior import Evidence, Fit, fit
from standout.estimate.tails import Tails, held_out
from standout.measure.intervals import interval, resample_weights

BLOCKS = 8
LEVELS = np.concatenate([np.arange(0.01, 0.1, 0.01), np.arange(0.1, 1.0, 0.025)])
"""Exposures tried, as shares of the way from `above` to 1."""
SIMULATED = 200


def own_fpr_seen(
    signals: np.ndarray, members: np.ndarray, exposed: np.ndarray, fpr: float, tails: Tails = NORMAL
) -> dict:
    """In what share of held-out OUT models the test of each record accuses: over all records and over the exposed.

    The test is fitted on the pairs outside a block and asked about the models in it, so no model judges itself. It
    accuses beyond the predictive Student-t quantile of the record's OUT signals, stretched by `tails`, on the side
    where IN models lie. Returns {"all", "exposed", "ci"}: ci is that of the exposed (None without any), by a
    bootstrap over blocks.
    """
    accused, trials = [], []
    for chosen, references, spread in held_out(signals, members, BLOCKS):
        beyond = OutTest.of(references, spread, tails).accuses(signals[chosen], fpr)
        outside = ~members[chosen]
        accused.append([(beyond & outside)[:, who].sum() for who in (slice(None), exposed)])
        trials.append([outside[:, who].sum() for who in (slice(None), exposed)])
    wrong, asked = np.array(accused, dtype=np.float64), np.array(trials, dtype=np.float64)
    rate = wrong.sum(axis=0) / np.maximum(asked.sum(axis=0), 1)
    if not exposed.any():
        return {"all": float(rate[0]), "exposed": None, "ci": None}
    weights = resample_weights(len(wrong))
    draws = (weights @ wrong[:, 1]) / np.maximum(weights @ asked[:, 1], 1)
    return {"all": float(rate[0]), "exposed": float(rate[1]), "ci": interval(draws)}


def detectable(estimated: Estimate, *, fpr: float, above: float) -> float | None:
    """The smallest exposure that this audit would report with 80 % chance, or None where it could report none.

    Simulates records of known exposure, alike in all else to the most exposed ones here, and judges them as the audit
    does: reported where their doubt is within what the audit admitted.
    """
    found, exposed, fitted = estimated.posterior, estimated.exposed, estimated.fit
    admitted = max(float(found.doubt[exposed].max()) if exposed.any() else 0.0, LEVEL)
    count = len(found.exposure)
    top = np.argsort(-found.exposure, kind="stable")[: max(int(exposed.sum()), count // 100, 1)]
    like = top[np.arange(SIMULATED) % len(top)]
    spreads = np.exp(fitted.evidence.log_ratio[like] / 2)
    weights = fitted.prior.at(fitted.covariate[like])
    levels = above + LEVELS * (1 - above)
    chances = []
    for level in levels:
        simulated = replay(fitted, like, effect_of(level, spreads, fpr, estimated.tails), 1.0, np.random.default_rng(7))
        judged = posterior(simulated, weights, fpr=fpr, above=above, tails=estimated.tails)
        chances.append(float((judged.doubt <= admitted).mean()))
    lasting = np.logical_and.accumulate((np.array(chances) >= 0.8)[::-1])[::-1]
    return round(float(levels[np.argmax(lasting)]), 3) if lasting.any() else None


def effect_of(level: float, spread: np.ndarray, fpr: float, tails: Tails) -> np.ndarray:
    """Effects (N,) at which the power is `level`, for ratios of deviations `spread` (N,), by bisection."""
    low, high = np.zeros(len(spread)), np.full(len(spread), LARGEST)
    for _ in range(40):
        middle = (low + high) / 2
        short = tails.power(middle, np.log(spread), fpr) < level
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return (low + high) / 2


def replay(fitted: Fit, records: np.ndarray, effect: np.ndarray, share: float, rng: np.random.Generator) -> Evidence:
    """Evidence that an audit with a `share` of the models would gather on `records` (R,) if their effects were these.

    effect: true effects (R,) in OUT deviations. What is known of the spread is drawn anew, too.
    """
    seen = fitted.evidence.rows(records)
    error = seen.error / np.sqrt(share)
    off = np.sqrt(seen.unsure / share) * rng.standard_normal(len(records))  # true log variance less the estimated one
    gap = effect * np.exp((seen.log_variance + off) / 2)
    return replace(
        seen,
        gap=gap + error * rng.standard_normal(len(records)),
        error=error,
        unsure=seen.unsure / share,
        log_ratio_sd=seen.log_ratio_sd / np.sqrt(share),
    )


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
        one = fit(moments_of(signals[part], members[part]), characteristics)
        tops.append(_top(posterior_of(one, fpr=fpr, tails=tails).exposure, count))
    rng = np.random.default_rng(11)
    rows, weights = np.arange(signals.shape[1]), fitted.prior.at(fitted.covariate)
    limits = []
    for _ in range(2):
        truth = np.concatenate([
            draw(fitted.evidence.rows(part), weights[part], rng.random((1, 2)))[0][:, 0]
            for part in np.array_split(rows, max(len(rows) // 4096, 1))
        ])  # fmt: skip
        again = [replay(fitted, rows, truth, 0.5, rng) for _ in range(2)]
        limits.append(_jaccard(*(_top(posterior(e, weights, fpr=fpr, tails=tails).exposure, count) for e in again)))
    return {"jaccard": _jaccard(*tops), "limit": float(np.mean(limits)), "models": half}


def _top(exposure: np.ndarray, count: int) -> set[int]:
    return set(np.argsort(-exposure, kind="stable")[:count].tolist())


def _jaccard(a: set[int], b: set[int]) -> float:
    return len(a & b) / len(a | b)
