"""The first models one by one: what a single training tells of the records that it saw."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from scipy.special import log_expit

from standout.recipes.traces import Trace
from standout.shadows.outputs import Outputs

FIRST = 4
"""Models that are looked at; at a fraction of one half each record is in one of the first two."""


@dataclass(frozen=True, eq=False)
class Training:
    """One model, records in the order of `Records`.

    members: bool (N,), who it trained on; losses: cross-entropy float64 (N,) in nats, once trained. None where its
    recipe gives none, or they are not stored: trace; features: penultimate ones float16 (N, H); log_probabilities:
    float16 (N, C).
    """

    members: np.ndarray
    losses: np.ndarray
    trace: Trace | None = None
    features: np.ndarray | None = None
    log_probabilities: np.ndarray | None = None


def trainings_of(outputs: Outputs, signal: np.ndarray) -> tuple[Training, ...]:
    """The first models of an audit. signal (M, N): rescaled logits as they are judged."""
    kept = {name: outputs.kept(name) for name in ("features", "log_probabilities")}
    told = {name: outputs.kept(f"trace_{name}") for name in ("epochs", "losses", "right", "early")}
    n = signal.shape[1]
    found = []
    for m in range(min(len(signal), FIRST)):
        trace = None
        if m in told["losses"]:
            right = np.unpackbits(told["right"][m], axis=1, count=n).astype(bool)
            trace = Trace(told["epochs"][m], told["losses"][m], right, told["early"][m])
        losses = -log_expit(signal[m].astype(np.float64))
        both = (kept[name].get(m) for name in ("features", "log_probabilities"))
        found.append(Training(outputs.members[m], losses, trace, *both))
    return tuple(found)


def by_first_member(
    trainings: Iterable[Training], n: int, values: Callable[[Training], np.ndarray | None]
) -> np.ndarray:
    """values(training) float (N,) of the first training that a record took part in, float64 (N,); NaN where it took
    part in none, or the training tells nothing (None)."""
    out, judged = np.full(n, np.nan), np.zeros(n, dtype=bool)
    for training in trainings:
        own = training.members & ~judged
        if not own.any():
            continue
        judged |= own
        told = values(training)
        if told is not None:
            out[own] = told[own]
    return out
