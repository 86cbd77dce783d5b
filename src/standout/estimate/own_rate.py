"""What the exposure test shows on models held out: its false-positive rate, and how often it is right."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from standout.estimate.outside import OutTest
from standout.estimate.posterior import NORMAL
from standout.estimate.tails import Tails, held_out
from standout.measure.intervals import interval, resample_weights

BLOCKS = 8
ODD, TWICE = 0.01, 2


def own_fpr_seen(
    signals: np.ndarray,
    members: np.ndarray,
    exposed: np.ndarray,
    fpr: float,
    tails: Tails = NORMAL,
    noise_factor: float | np.ndarray = 1.0,
) -> dict:
    """In what share of held-out OUT models the test of each record accuses: over all records and over the exposed.

    The test is fitted on the pairs outside a block and asked about the models in it, so no model judges itself. It
    accuses beyond the predictive Student-t quantile of the record's OUT signals, stretched by `tails`, on the side
    where IN models lie. noise_factor: that of the fit (`excess_noise`). Returns {"all", "exposed", "ci"}: ci is that
    of the exposed (None without any), by a bootstrap over blocks.
    """
    accused, trials = [], []
    for chosen, references, spread in held_out(signals, members, BLOCKS, noise_factor):
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


def too_many(seen: float | None, trials: int, fpr: float) -> int | None:
    """How often reported records are accused by trainings without them, where that is at least TWICE as often as `fpr`
    asks for and a rate of `fpr` would give so many with a chance below ODD; else None. seen: their share of so many
    trials, None where nobody is reported. By a binomial: the records of a model go together, so it is a sign, no test.
    """
    if seen is None or seen < TWICE * fpr:
        return None
    accused = round(seen * trials)
    return accused if binom.sf(accused - 1, trials, fpr) < ODD else None


@dataclass(frozen=True, eq=False)
class OwnRates:
    """Shares of members and of non-members that the test accuses, on held-out models, and the same (resamples,) each
    by a bootstrap over blocks of pairs."""

    tpr: float
    fpr: float
    tpr_draws: np.ndarray
    fpr_draws: np.ndarray


def own_rates_seen(
    signals: np.ndarray, members: np.ndarray, fpr: float, tails: Tails, noise_factor: float | np.ndarray, sure: float
) -> OwnRates:
    """What a verdict on one more model is worth, seen on models held out: the test at `fpr` of each record by itself.

    signals (M, N), members bool (M, N); sure: as `OutTest.of` has it.
    """
    counts = []
    for chosen, references, spread in held_out(signals, members, BLOCKS, noise_factor):
        beyond = OutTest.of(references, spread, tails, sure).accuses(signals[chosen], fpr)
        inside = members[chosen]
        counts.append([(beyond & inside).sum(), inside.sum(), (beyond & ~inside).sum(), (~inside).sum()])
    seen = np.array(counts, dtype=np.float64)
    hits, trials, false_hits, false_trials = seen.sum(axis=0)
    drawn = resample_weights(len(seen)) @ seen
    return OwnRates(hits / trials, false_hits / false_trials, drawn[:, 0] / drawn[:, 1], drawn[:, 2] / drawn[:, 3])
