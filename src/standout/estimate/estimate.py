"""The estimate of exposure, all steps in order: moments, tails, prior, posterior, guard, reported set."""

from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits

from standout.estimate.discovery import reported
from standout.estimate.guard import guarded
from standout.estimate.posterior import Posterior, nothing_seen, posterior_of
from standout.estimate.prior import Fit, fit_signals
from standout.estimate.tails import Tails, fit_tails

EVEN = 0.5
"""Doubt, at least, of a record whose IN and OUT signals cannot be told apart: with a few models the prior alone may
speak for exposure, and then nobody has seen it."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """What one audit says of its records: the posterior, which are reported (bool (N,)), what it was made with, and how
    many records the guard held back."""

    posterior: Posterior
    exposed: np.ndarray
    fit: Fit
    tails: Tails
    held_back: int


def estimate(
    signals: np.ndarray,
    members: np.ndarray,
    *,
    fpr: float = 1e-3,
    above: float = 0.1,
    characteristics: np.ndarray | None = None,
) -> Estimate:
    """Exposure from signals (M, N) and members bool (M, N); characteristics (N, F): from the data alone."""
    with threadpool_limits(1):  # many small matrices: threads of a busy machine would wait for each other
        fitted = fit_signals(signals, members, characteristics)
        tails = fit_tails(signals, members, fpr, fitted.noise_factor)
        found = posterior_of(fitted, fpr=fpr, above=above, tails=tails)
        doubt = guarded(
            found.doubt, signals, members, fpr=fpr, above=above, tails=tails, characteristics=characteristics
        )  # fmt: skip
        unseen = nothing_seen(fitted.evidence) & (doubt < EVEN)
        doubt = np.where(unseen, EVEN, doubt)
    exposed = reported(doubt)
    held_back = int(reported(found.doubt).sum()) - int(exposed.sum())
    return Estimate(replace(found, doubt=doubt), exposed, fitted, tails, held_back)
