"""Checks of the exposure estimate: the false-positive rate that its test shows, what it can detect, how it repeats."""

from dataclasses import fields

import numpy as np
from scipy.stats import t as student

from standout.attacks.attack import Models
from standout.attacks.leave_pair_out import all_but_one
from standout.attacks.moments import Moments
from standout.estimate.discovery import LEVEL
from standout.estimate.posterior import Fit, effect_draws, fit, posterior
from standout.estimate.power import LARGEST, standard_power
from standout.estimate.prior import Evidence
from standout.measure.intervals import interval, resample_weights

BLOCKS = 8
LEVELS = np.concatenate([np.arange(0.11, 0.2, 0.01), np.arange(0.2, 1.0, 0.025)])
SIMULATED = 200
EFFECTS = np.linspace(0, LARGEST, 701)


def own_fpr_seen(signals: np.ndarray, members: np.ndarray, exposed: np.ndarray, fpr: float) -> dict:
    """In what share of held-out OUT models the test of each record accuses: over all records and over the exposed.

    The test is fitted on the pairs outside a block and asked about the models in it, so no model judges itself. It
    accuses beyond the predictive Student-t quantile of the record's OUT signals, on the side where IN models lie.
    Returns {"all", "exposed", "ci"}: ci is that of the exposed (None without any), by a bootstrap over blocks.
    """
    pairs = len(signals) // 2
    blocks = min(BLOCKS, pairs)
    bounds = np.linspace(0, pairs, blocks + 1).astype(int)

    def summarise(first: int, last: int) -> Moments:
        chosen = slice(2 * bounds[first], 2 * bounds[last])
        return Moments.of(Models(signals[chosen], members[chosen], None))

    accused, trials = np.zeros((blocks, 2)), np.zeros((blocks, 2))
    for block, references in all_but_one(blocks, summarise):
        fitted = fit(references)
        out, spread = references.outside, fitted.spread
        side = np.where(fitted.evidence.effect >= 0, 1.0, -1.0)
        reach = student.isf(fpr, spread.degrees) * np.sqrt(spread.variance * (1 + 1 / np.maximum(out.count, 1)))
        chosen = slice(2 * bounds[block], 2 * bounds[block + 1])
        beyond = side * (signals[chosen] - out.mean) > reach
        outside = ~members[chosen]
        for column, who in enumerate((slice(None), exposed)):
            accused[block, column] = (beyond & outside)[:, who].sum()
            trials[block, column] = outside[:, who].sum()
    rate = accused.sum(axis=0) / np.maximum(trials.sum(axis=0), 1)
    if not exposed.any():
        return {"all": float(rate[0]), "exposed": None, "ci": None}
    weights = resample_weights(blocks)
    draws = (weights @ accused[:, 1]) / np.maximum(weights @ trials[:, 1], 1)
    return {"all": float(rate[0]), "exposed": float(rate[1]), "ci": interval(draws)}


def detectable(fitted: Fit, doubt: np.ndarray, exposed: np.ndarray, *, fpr: float, above: float) -> float | None:
    """The smallest exposure that this audit would report with 80 % chance, or None where it could report none.

    Simulates records of known exposure with the spreads that are typical here and judges them as the audit does:
    reported where their doubt is within what the audit admitted.
    """
    admitted = max(float(doubt[exposed].max()) if exposed.any() else 0.0, LEVEL)
    typical = float(np.median(fitted.evidence.log_ratio))
    like = np.full(SIMULATED, np.argsort(fitted.evidence.error, kind="stable")[len(doubt) // 2])
    levels = LEVELS[above < LEVELS]
    truth = np.interp(levels, standard_power(EFFECTS, np.exp(typical / 2), fpr), EFFECTS)
    chances = []
    for effect in truth:
        simulated = replay(fitted, like, np.full(SIMULATED, effect), 1.0, np.random.default_rng(7))
        found = posterior(simulated, fitted.prior, fpr=fpr, above=above)
        chances.append(float((found.doubt <= admitted).mean()))
    lasting = np.logical_and.accumulate((np.array(chances) >= 0.8)[::-1])[::-1]
    return float(levels[np.argmax(lasting)]) if lasting.any() else None


def replay(fitted: Fit, records: np.ndarray, effect: np.ndarray, share: float, rng: np.random.Generator) -> Evidence:
    """Evidence that an audit with a `share` of the models would gather on `records` (R,) if their effects were these.

    effect: true effects (R,) in OUT deviations. The deviations are estimated anew, as the effect is.
    """
    seen, own = fitted.evidence, np.maximum(fitted.spread.own_degrees[records] * share, 1)
    borrowed = np.maximum(seen.degrees[records] - fitted.spread.own_degrees[records], 0)
    error = seen.error[records] / np.sqrt(share)
    variance = (borrowed + rng.chisquare(own)) / (borrowed + own)
    observed = (effect + error * rng.standard_normal(len(records))) / np.sqrt(variance)
    wider = seen.log_ratio_sd[records] / np.sqrt(share)
    return Evidence(np.clip(observed, -300, 300), error, borrowed + own, seen.log_ratio[records], wider)


def stability(signals: np.ndarray, members: np.ndarray, fitted: Fit, count: int, *, fpr: float) -> dict:
    """How far the `count` most exposed records of one half of the models are those of the other half.

    Returns {"jaccard", "limit", "models"}: limit is what sampling alone would leave of it, from audits of that size
    simulated on effects drawn from the posterior; models: how many each half has.
    """
    half = len(signals) // 4 * 2
    tops = []
    for part in (slice(0, half), slice(half, 2 * half)):
        one = fit(Moments.of(Models(signals[part], members[part], None)))
        tops.append(_top(posterior(one.evidence, one.prior, fpr=fpr).exposure, count))
    rng = np.random.default_rng(11)
    limits = []
    for _ in range(3):
        truth = np.empty(signals.shape[1])
        for start in range(0, len(truth), 4096):
            part = slice(start, start + 4096)
            seen = Evidence(*(getattr(fitted.evidence, f.name)[part] for f in fields(Evidence)))
            truth[part] = effect_draws(seen, fitted.prior, rng.random((1, 2)))[:, 0]
        rows = np.arange(len(truth))
        pair = [replay(fitted, rows, truth, 0.5, rng) for _ in range(2)]
        limits.append(_jaccard(*(_top(posterior(e, fitted.prior, fpr=fpr).exposure, count) for e in pair)))
    return {"jaccard": _jaccard(*tops), "limit": float(np.mean(limits)), "models": half}


def _top(exposure: np.ndarray, count: int) -> set[int]:
    return set(np.argsort(-exposure, kind="stable")[:count].tolist())


def _jaccard(a: set[int], b: set[int]) -> float:
    return len(a & b) / len(a | b)
