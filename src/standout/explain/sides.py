"""From models' outputs to what each side of a record says."""

import numpy as np

from standout.explain.evidence import Kept, Side
from standout.moments import moments_of
from standout.shadows.outputs import Outputs
from standout.shadows.store import PICTURED


def sides_of(outputs: Outputs, signal: np.ndarray, classes: int) -> tuple[Side, Side, np.ndarray]:
    """(IN, OUT, effect) of all records; signal (M, N): rescaled logits as they are judged.

    effect (N,): gap of the means in pooled standard deviations, cut at +-1000; 0 where nothing differs.
    """
    members = outputs.members
    moments = moments_of(signal, members)
    means = outputs.mean_probabilities(classes)
    losses, entropies, correct = (outputs.signal(name) for name in ("loss", "entropy", "correct"))
    assert losses is not None
    sides = []
    for k, (chosen, own) in enumerate(((members, moments.inside), (~members, moments.outside))):
        sides.append(
            Side(
                losses=mean_over(losses, chosen),
                signals=own.mean,
                spread=np.sqrt(own.squares / np.maximum(own.count - 1, 1)),
                entropies=None if entropies is None else mean_over(entropies, chosen),
                errors=None if correct is None else 1 - mean_over(correct, chosen),
                probabilities=None if means is None else means[k],
            )
        )
    inside, outside = moments.inside, moments.outside
    degrees = np.maximum(inside.count + outside.count - 2, 1)
    sd = np.sqrt((inside.squares + outside.squares) / degrees)
    gap = inside.mean - outside.mean
    effect = np.divide(gap, np.maximum(sd, 1e-12), out=np.zeros_like(gap), where=gap != 0)
    return sides[0], sides[1], np.clip(effect, -1000, 1000)


def mean_over(values: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Mean float64 (N,) of values (M, N) over the models where chosen bool (M, N)."""
    return np.where(chosen, values, 0).sum(axis=0, dtype=np.float64) / chosen.sum(axis=0)


def kept_of(outputs: Outputs, signal: np.ndarray) -> tuple[Kept, ...]:
    """The first models with what more is kept of them; signal (M, N): rescaled logits as they are judged."""
    features = outputs.kept("features")
    count = min(PICTURED, len(outputs.members))
    return tuple(Kept(outputs.members[m], signal[m], features.get(m)) for m in range(count))
