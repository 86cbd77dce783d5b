"""A guard against signals that are unlike what the posterior supposes: the same audit on memberships that mean nothing.

Neighbour votes and trees give signals of a few values, with spikes; chance then looks like exposure. Redrawn
memberships say how often, whatever the reason.
"""

import numpy as np

from standout.estimate.posterior import posterior_of
from standout.estimate.prior import fit_signals
from standout.estimate.tails import Tails

REDRAWS = 3
LARGE = 20_000
"""Beyond so many records one redraw says enough."""


def guarded(
    doubt: np.ndarray,
    signals: np.ndarray,
    members: np.ndarray,
    *,
    fpr: float,
    above: float,
    tails: Tails,
    characteristics: np.ndarray | None = None,
) -> np.ndarray:
    """Doubt (N,), lifted to the share of records that reach it by chance.

    For each record: how many records have at most its doubt when each pair's memberships are exchanged by a fair coin
    for each record, over how many have it in truth; the larger of that and its own doubt counts.
    """
    if not (doubt < 0.5).any():
        return doubt
    rng = np.random.default_rng(20260311)
    redraws = 1 if len(doubt) > LARGE else REDRAWS
    chance = []
    for _ in range(redraws):
        exchanged = members.copy()
        if (members[0::2] == members[1::2]).any():  # a pair that does not split a record has nothing to exchange
            order = rng.random((len(members) // 2, members.shape[1])).argsort(axis=0)
            exchanged[0::2] = np.take_along_axis(members[0::2], order, axis=0)
            exchanged[1::2] = np.take_along_axis(members[1::2], order, axis=0)
        first, second = exchanged[0::2].copy(), exchanged[1::2].copy()
        swap = rng.random((len(members) // 2, members.shape[1])) < 0.5
        exchanged[0::2] = np.where(swap, second, first)
        exchanged[1::2] = np.where(swap, first, second)
        redrawn = fit_signals(signals, exchanged, characteristics)
        chance.append(posterior_of(redrawn, fpr=fpr, above=above, tails=tails).doubt)
    by_chance = np.sort(np.concatenate(chance))
    order = np.argsort(doubt, kind="stable")
    ranked = doubt[order]
    false = np.searchsorted(by_chance, ranked, side="right") / redraws
    found = np.searchsorted(ranked, ranked, side="right")
    share = np.minimum.accumulate((false / found)[::-1])[::-1]
    lifted = np.empty(len(doubt))
    lifted[order] = np.minimum(np.maximum(ranked, share), 1.0)
    return lifted
