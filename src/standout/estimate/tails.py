"""How much heavier than normal the records' OUT signals are at the rate of the test, seen on models held out."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri, stdtr

from standout.attacks.leave_pair_out import all_but_one
from standout.estimate.agreement import cautious
from standout.estimate.power import power_quantile
from standout.estimate.spread import Spread, shrunk_spread
from standout.moments import Moments, moments_of

BLOCKS = 4
ENOUGH = 20
"""A quantile is read off where at least so many held-out signals lie beyond it."""
MOST = 2_000_000
"""Held-out signals that are looked at, about."""
GRID = np.array([-3.0, -2.3, -1.9, -1.3, -0.7, 0.0, 0.7, 1.3, 1.9, 2.3, 3.0])
ABSORBED = 9.0
"""A record's own variance absorbs part of a heavy tail: with n OUT models the excess seen is 1 / (1 + 9 / n) of the
true one, for Student-t (5 degrees) and gamma (shape 8) noise alike at 16 to 64 models."""
NEAR_TAIL = 0.02
"""A stretch up to this is taken as none."""
NEAR = 0.06
"""IN quantiles within this of normal ones are taken as normal."""


@dataclass(frozen=True)
class Tails:
    """What normal moments do not say of the signals, the same for all records.

    above, below: factors (at least 1) by which the test's normal quantile must be stretched, for effects upwards and
    downwards. up, down: where the IN signals' quantiles at GRID lie, for effects upwards and downwards; None: normal.
    """

    above: float = 1.0
    below: float = 1.0
    up: tuple[float, ...] | None = None
    down: tuple[float, ...] | None = None

    def rates(self, fpr: float) -> tuple[float, float]:
        """The rates at which a normal test keeps `fpr` in truth: (for effects upwards, for effects downwards)."""
        quantile = ndtri(1 - fpr)
        return float(ndtr(-quantile * self.above)), float(ndtr(-quantile * self.below))

    def power(self, effect: np.ndarray, log_spread: np.ndarray, fpr: float) -> np.ndarray:
        """Power (any shape) of the test that keeps `fpr`: effects in OUT deviations, log ratio of deviations."""
        shape, effect, log_spread = effect.shape, effect.ravel(), log_spread.ravel()
        rates = self.rates(fpr)
        distance = power_quantile(effect, log_spread, rates[0])
        down = effect < 0
        if rates[0] != rates[1]:
            distance[down] = power_quantile(effect[down], log_spread[down], rates[1])
        for chosen, knots in ((~down, self.up), (down, self.down)):
            if knots is not None:
                distance[chosen] = _bent(distance[chosen], np.array(knots))
        return ndtr(distance).reshape(shape)


def _bent(distance: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """Normal quantiles of the chance that an IN signal lies beyond a threshold `distance` deviations below its mean."""
    bent = np.interp(distance, knots, GRID)
    bent += np.minimum(distance - knots[0], 0) + np.maximum(distance - knots[-1], 0)
    return bent


def held_out(
    signals: np.ndarray, members: np.ndarray, blocks: int, noise_factor: float | np.ndarray = 1.0
) -> Iterator[tuple[slice, Moments, Spread]]:
    """(models of a block, moments and shrunk spreads of all other models) for each block of pairs."""
    pairs = len(signals) // 2
    bounds = np.linspace(0, pairs, min(blocks, pairs) + 1).astype(int)

    def summarise(first: int, last: int) -> Moments:
        chosen = slice(2 * first, 2 * last)
        return moments_of(signals[chosen], members[chosen])

    for block, others in all_but_one(bounds, summarise):
        references = cautious(others)
        chosen = slice(int(2 * bounds[block]), int(2 * bounds[block + 1]))
        yield chosen, references, shrunk_spread(references, noise_factor)


def fit_tails(signals: np.ndarray, members: np.ndarray, fpr: float, noise_factor: float | np.ndarray = 1.0) -> Tails:
    """Compare held-out signals with the Student-t that the other models predict for them, on the normal scale.

    signals (M, N), members bool (M, N). Lighter OUT tails than normal count as normal: the safe side.
    """
    sides: list[list[np.ndarray]] = [[], []]
    step = max(signals.size // MOST, 1)
    for chosen, references, spread in held_out(signals, members, BLOCKS, noise_factor):
        ratio = np.exp(spread.log_ratio)
        for model in range(chosen.start, chosen.stop):
            for side, own, who, scale in (
                (0, references.outside, ~members[model], 1.0),
                (1, references.inside, members[model], ratio),
            ):
                rows = np.flatnonzero(who)[model % step :: step]
                square = (spread.variance * scale * (1 + 1 / np.maximum(own.count, 1)))[rows]
                distance = (signals[model, rows] - own.mean[rows]) / np.sqrt(square)
                sides[side].append(_as_normal(distance, spread.degrees[rows]))
    out, inside = (np.sort(np.concatenate(side)) for side in sides)
    rate = min(max(fpr, ENOUGH / max(len(out), 1)), 0.05)
    reach = -ndtri(rate)
    above, below = np.quantile(out, 1 - rate) / reach, -np.quantile(out, rate) / reach
    up, down = -np.quantile(inside, 1 - ndtr(GRID)), np.quantile(inside, ndtr(GRID))
    absorbed = 1 + ABSORBED / float(np.median((~members).sum(axis=0)))

    def factor(seen: float) -> float:
        return 1 + absorbed * (seen - 1) if seen > 1 + NEAR_TAIL else 1.0

    def bend(knots: np.ndarray) -> tuple[float, ...] | None:
        return tuple(float(v) for v in knots) if np.abs(knots - GRID)[1:-1].max() > NEAR else None

    return Tails(factor(float(above)), factor(float(below)), bend(up), bend(down))


def _as_normal(distance: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """Student-t distances as normal ones of equal probability."""
    tail = stdtr(degrees, -np.abs(distance))
    return -np.sign(distance) * ndtri(np.maximum(tail, 1e-300))
