"""A defence beside the control, figure by figure, each with an interval that says how far it can be trusted.

Both were trained on the same memberships, so what is counted in models is compared pair by pair of models. Exposure is
a posterior, and re-estimating it in every resample would cost hundreds of audits: its interval comes from the posterior
variances instead, widened by how much more held-out recognitions vary between pairs than independent ones would
(`spread_of`); the recognitions themselves are counted and resampled beside it (`Seen`).
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from standout.estimate.outside import OutTest
from standout.estimate.own_rate import BLOCKS
from standout.estimate.tails import Tails, held_out
from standout.measure.intervals import interval, mean_over_pairs, resample_weights

DRAWS = 20_000


def cost(before: np.ndarray, after: np.ndarray) -> tuple[float, list[float]]:
    """Accuracy that a defence costs, with its 95 % interval over pairs: mean of before less after, one value a model,
    float (M,) each; above 0 where it costs any."""
    return mean_over_pairs(np.asarray(before, dtype=np.float64) - np.asarray(after, dtype=np.float64))


@dataclass(frozen=True)
class Mean:
    """Mean exposure of some records, and the variance of its error. Taken as beta distributed, so that no interval
    leaves [0, 1]."""

    value: float
    variance: float

    @classmethod
    def of(cls, exposure: np.ndarray, variance: np.ndarray, spread: float = 1.0) -> "Mean":
        """From posterior means and variances float (n,), n > 0; spread: how many times the variance of independent
        records the mean of these has."""
        return cls(float(exposure.mean()), spread * float(variance.sum()) / len(variance) ** 2)

    @property
    def _shape(self) -> tuple[float, float] | None:
        """Parameters of the beta distribution; None where nothing is uncertain."""
        most = self.value * (1 - self.value)
        if self.variance <= 0 or most <= 0:
            return None
        total = most / min(self.variance, 0.999 * most) - 1
        return self.value * total, (1 - self.value) * total

    def interval(self) -> list[float]:
        """2.5 and 97.5 % quantiles."""
        if self._shape is None:
            return [self.value, self.value]
        low, high = beta.ppf([0.025, 0.975], *self._shape)
        return [float(min(low, self.value)), float(max(high, self.value))]

    def draws(self, seed: int) -> np.ndarray:
        """float (DRAWS,)."""
        if self._shape is None:
            return np.full(DRAWS, self.value)
        return np.random.default_rng(seed).beta(*self._shape, size=DRAWS)


def cut(before: Mean, after: Mean) -> tuple[float | None, list[float] | None]:
    """Share of the exposure that is gone, 1 - after / before, with its 95 % interval; None where there was none.

    Errors of the two are taken as independent. Shared memberships make them alike rather, so the interval is wide.
    """
    if before.value <= 0:
        return None, None
    share = 1 - after.value / before.value
    low, high = interval(1 - after.draws(2) / np.maximum(before.draws(1), 1e-12))
    return share, [min(low, share), max(high, share)]


def recognised(
    signals: np.ndarray, members: np.ndarray, fpr: float, tails: Tails, noise_factor: float | np.ndarray = 1.0
) -> np.ndarray:
    """Which models each record is recognised in that trained on it, bool (M, N), by its own test at `fpr`.

    signals (M, N), members bool (M, N). The test of a model is fitted on pairs of other blocks, so no model judges
    itself. No prior speaks for a record here: raw evidence, a little below exposure, as few models make a wide test.
    """
    out = np.zeros(members.shape, dtype=bool)
    for chosen, references, spread in held_out(signals, members, BLOCKS, noise_factor):
        out[chosen] = OutTest.of(references, spread, tails).accuses(signals[chosen], fpr) & members[chosen]
    return out


@dataclass(frozen=True, eq=False)
class Seen:
    """Recognitions of some records and trainings with them, float (P,) each, by pairs of models."""

    hits: np.ndarray
    trials: np.ndarray

    @classmethod
    def of(cls, found: np.ndarray, members: np.ndarray, chosen: np.ndarray) -> "Seen":
        """From `recognised` and members, bool (M, N), of the records chosen bool (N,)."""
        by_pair = lambda a: a[:, chosen].sum(axis=1, dtype=np.float64).reshape(-1, 2).sum(axis=1)  # noqa: E731
        return cls(by_pair(found), by_pair(members))

    @property
    def rate(self) -> float:
        """Share of the trainings in which a record was recognised."""
        return float(self.hits.sum() / max(self.trials.sum(), 1))

    def draws(self) -> np.ndarray:
        """Rate in resamples of pairs, the same pairs for whatever has as many."""
        weights = resample_weights(len(self.hits))
        return (weights @ self.hits) / np.maximum(weights @ self.trials, 1)


def seen(before: Seen, after: Seen) -> dict:
    """{"before", "before_ci", "after", "after_ci", "cut", "cut_ci"}: rates of recognition and the share of them that is
    gone, resampled together over pairs; `cut` is None where nothing was recognised before."""
    first, second = before.draws(), after.draws()
    known = before.rate > 0 and (first > 0).all()
    return {
        "before": before.rate,
        "before_ci": interval(first),
        "after": after.rate,
        "after_ci": interval(second),
        "cut": 1 - after.rate / before.rate if known else None,
        "cut_ci": interval(1 - second / first) if known else None,
    }


def spread_of(found: np.ndarray, members: np.ndarray, chosen: np.ndarray) -> float:
    """How many times more recognitions of these records vary between pairs than if each came by itself, at least 1:
    records of one model have its training in common.

    found, members: bool (M, N); chosen: bool (N,). Variance over pairs of the hits less those expected, over the sum of
    the binomial variances of records, each with the rate of its own.
    """
    hit, own = found[:, chosen].astype(np.float64), members[:, chosen].astype(np.float64)
    trials = own.sum(axis=0)
    if len(members) < 4 or not (trials > 1).any():
        return 1.0
    rate = hit.sum(axis=0) / np.maximum(trials, 1)
    by_pair = lambda a: a.reshape(-1, 2).sum(axis=1)  # noqa: E731
    off = by_pair((hit - own * rate).sum(axis=1))
    binomial = rate * (1 - rate) * trials / np.maximum(trials - 1, 1)
    independent = by_pair((own * binomial).sum(axis=1)).sum()
    if independent <= 0:
        return 1.0
    pairs = len(off)
    return max(float((off**2).sum() * pairs / (pairs - 1) / independent), 1.0)
