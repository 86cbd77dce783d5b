"""Early stopping by rows that are set apart from each model's own members."""

import numpy as np

from standout.defend.whole import Whole
from standout.errors import InputError
from standout.recipes.treatment import Treatment


class EarlyStopping(Whole):
    """A share of each model's members, the strength, is not trained on, and its loss says after which epoch the model
    did best: with these weights it answers. All epochs are trained. Held-out rows are members all the same, so attacks
    are judged on whoever was drawn as member; no non-member is looked at. Source: arXiv 2511.16792, with rows of each
    model's own."""

    label = "early-stopping"
    needs = frozenset({"early_stopping"})
    leaves = frozenset({"weight", "soft_targets", "floor", "clip", "relaxloss", "mixup", "features"})

    def treatment(self, members, seeds):
        return Treatment(held=held_out(members, seeds, self.strength))


def held_out(members: np.ndarray, seeds: np.ndarray, share: float) -> np.ndarray:
    """bool (K, N): of each model, members bool (K, N), a share drawn by its seed, int (K,), one at least.

    Raises InputError where a model has fewer than two members.
    """
    held = np.zeros(members.shape, dtype=bool)
    for k, (own, seed) in enumerate(zip(members, seeds)):
        rows = np.flatnonzero(own)
        if len(rows) < 2:
            raise InputError(f"early-stopping holds out members, and a model has {len(rows)}; leave more to train on")
        count = min(max(round(share * len(rows)), 1), len(rows) - 1)
        held[k, np.random.default_rng([int(seed), 11]).choice(rows, count, replace=False)] = True
    return held
