"""The best test between a record's own IN and OUT signals, at a false-positive rate of its own, and its power."""

from functools import lru_cache

import numpy as np
from scipy.interpolate import RectBivariateSpline
from scipy.special import ndtr, ndtri

from standout.errors import InputError

LARGEST = 14.0
"""Effects beyond this many OUT deviations are certain to be recognised at any rate in use."""
RATIOS = 4.0
"""log(sd IN / sd OUT) is taken between minus and plus this."""


def power(mean_in, var_in, mean_out, var_out, *, fpr: float = 1e-3) -> np.ndarray:
    """Chance that the best test recognises a record in a model that trained on it.

    All float (N,): moments of the record's signal under IN and OUT models, taken as normal. fpr: the share
    of OUT models in which the test may accuse this very record.
    Returns float (N,) in [0, 1]. Raises InputError when a variance is not positive.
    Source: Neyman-Pearson for two normals; per-sample rates as in arXiv 2605.25819.
    """
    vi, vo = np.asarray(var_in, dtype=np.float64), np.asarray(var_out, dtype=np.float64)
    if not (np.all(vi > 0) and np.all(vo > 0)):
        raise InputError("power: variances must be positive")
    if not 0 < fpr < 1:
        raise InputError(f"fpr must lie between 0 and 1, not {fpr}")
    effect = (np.asarray(mean_in, dtype=np.float64) - mean_out) / np.sqrt(vo)
    return standard_power(effect, np.sqrt(vi / vo), fpr)


def region(effect, spread, fpr: float) -> tuple[np.ndarray, np.ndarray]:
    """Edges (near, far) of the best test for OUT ~ N(0, 1), IN ~ N(effect, spread^2), effect >= 0.

    The likelihood ratio of two normals is a parabola in the signal: where IN is the narrower one, the test accuses
    between near and far; where it is the wider one, above near and below far; far is infinite for equal spreads.
    """
    effect, spread = np.broadcast_arrays(np.asarray(effect, dtype=np.float64), np.asarray(spread, dtype=np.float64))
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = effect / (1 - spread**2)
    narrow, wide = spread < 1, spread > 1
    even = ~(narrow | wide) | ~np.isfinite(centre) | (np.abs(centre) > 1e8)
    centre = np.where(even, 0.0, centre)
    low = np.where(wide & ~even, centre, -12.0)  # near edge: above the centre where IN is wide, below where narrow
    high = np.where(narrow & ~even, centre, 12.0)
    low = np.where(narrow & ~even, np.minimum(low, centre - 12.0), low)
    high = np.where(wide & ~even, np.maximum(high, centre + 12.0), high)
    side = np.where(even, 0.0, np.where(narrow, -1.0, 1.0))
    for _ in range(80):
        near = (low + high) / 2
        far = 2 * centre - near
        rate = ndtr(-near) + side * ndtr(side * far)
        low, high = np.where(rate > fpr, near, low), np.where(rate > fpr, high, near)
    near = (low + high) / 2
    far = np.where(even, np.where(narrow, np.inf, -np.inf), 2 * centre - near)
    return near, far


def standard_power(effect, spread, fpr: float) -> np.ndarray:
    """Power for OUT ~ N(0, 1) and IN ~ N(effect, spread^2), exact up to bisection."""
    effect, spread = np.abs(np.asarray(effect, dtype=np.float64)), np.asarray(spread, dtype=np.float64)
    near, far = region(effect, spread, fpr)
    above_near = ndtr((effect - near) / spread)
    above_far = ndtr(np.where(np.isinf(far), -far, (effect - far) / spread))
    return np.clip(np.where(far > near, above_near - above_far, above_near + 1 - above_far), 0.0, 1.0)


@lru_cache(maxsize=16)
def _table(fpr: float) -> RectBivariateSpline:
    """The power on a grid, as normal quantiles, which are smooth; interpolated by cubic splines."""
    effects = np.linspace(0, LARGEST, 281)
    ratios = np.linspace(-RATIOS, RATIOS, 321)
    exact = standard_power(effects[:, None], np.exp(ratios)[None, :], fpr)
    return RectBivariateSpline(effects, ratios, ndtri(np.clip(exact, 1e-12, 1 - 1e-12)))


def power_quantile(effect: np.ndarray, log_spread: np.ndarray, fpr: float) -> np.ndarray:
    """Normal quantile of `standard_power`, from the table; for equal spreads, effect minus threshold."""
    log_spread = np.clip(log_spread, -RATIOS, RATIOS)
    effect, wide = np.abs(effect), np.exp(np.maximum(log_spread, 0))
    inside = _table(float(fpr)).ev(np.minimum(effect, LARGEST), log_spread)
    return inside + np.maximum(effect - LARGEST, 0) / wide  # beyond the table: one deviation of IN further each


def fast_power(effect: np.ndarray, log_spread: np.ndarray, fpr: float) -> np.ndarray:
    """`standard_power` from a table, for many values at once: within 2e-4 of the exact one (tested)."""
    return ndtr(power_quantile(effect, log_spread, fpr))
