"""What one training says of the records that it trained on: no shadow models are needed for it.

Each record is judged by the first of four models that trained on it. In an audit that model is also one of the models
in which the record's exposure is measured, one of some thirty: the two share a little of its noise. Losses of traces
are kept in half precision, after at most sixteen epochs.
"""

from collections.abc import Callable

import numpy as np

from standout.explain.evidence import Evidence
from standout.explain.trainings import Training, by_first_member
from standout.recipes.traces import Trace


def train_loss(evidence: Evidence) -> np.ndarray:
    """Cross-entropy loss float64 (N,), in nats, of one model that trained on the record. High: not even learned.

    One model of those that exposure is measured with. Source: Yeom et al., arXiv 1709.01604."""
    return by_first_member(evidence.trainings, len(evidence.records), lambda training: training.losses)


def loss_trace_iqr(evidence: Evidence) -> np.ndarray:
    """Distance float64 (N,) of the quartiles of the record's loss over the epochs, in nats, in one training with it.
    High: learned late and by itself.

    Quantiles are interpolated linearly. One model of those that exposure is measured with. NaN without traces.
    Source: loss-trace IQR, Pollock et al., arXiv 2411.05743."""
    return traced(evidence, iqr)


def epochs_until_learned(evidence: Evidence) -> np.ndarray:
    """Kept epoch float64 (N,), counted from 1, from which on the record is answered rightly to the end, in one training
    with it; one more than there are epochs where the last answer is wrong. High: learned late.

    One model of those that exposure is measured with. NaN without traces. Source: Baldock, Maennel, Neyshabur 2021."""
    return traced(evidence, learned_after)


def forgetting(evidence: Evidence) -> np.ndarray:
    """How often float64 (N,) the answer turns from right to wrong between kept epochs, in one training with the record;
    the number of kept epochs, more than there can be, where it was never right. High: forgotten again and again.

    One model of those that exposure is measured with. NaN without traces. Source: Toneva et al., arXiv 1812.05159."""
    return traced(evidence, forgotten)


def el2n(evidence: Evidence) -> np.ndarray:
    """Length float64 (N,) in [0, sqrt 2] of (answer - one-hot label) after about a tenth of one training with the
    record. High: hard from the start.

    One model of those that exposure is measured with; the source takes the mean of ten. NaN without traces.
    Source: Paul, Ganguli, Dziugaite, arXiv 2107.07075, definition of EL2N."""
    return traced(evidence, lambda trace: trace.early.astype(np.float64))


def traced(evidence: Evidence, values: Callable[[Trace], np.ndarray]) -> np.ndarray:
    """values(trace) float (N,) of the training that judges each record."""

    def of(training: Training) -> np.ndarray | None:
        return None if training.trace is None else values(training.trace)

    return by_first_member(evidence.trainings, len(evidence.records), of)


def iqr(trace: Trace) -> np.ndarray:
    """Distance of the quartiles of each record's losses, float64 (N,)."""
    low, high = np.quantile(trace.losses.astype(np.float64), [0.25, 0.75], axis=0)
    return high - low


def learned_after(trace: Trace) -> np.ndarray:
    """Epoch float64 (N,) from which on each record is answered rightly to the end."""
    wrong_last = len(trace.right) - np.argmax(~trace.right[::-1], axis=0)  # place after the last wrong answer
    place = np.where(trace.right.all(axis=0), 0, wrong_last)
    return np.append(trace.epochs, trace.epochs[-1] + 1)[place].astype(np.float64)


def forgotten(trace: Trace) -> np.ndarray:
    """Turns from right to wrong float64 (N,); the number of epochs where there was nothing to forget."""
    turns = (trace.right[:-1] & ~trace.right[1:]).sum(axis=0)
    return np.where(trace.right.any(axis=0), turns, len(trace.right)).astype(np.float64)
