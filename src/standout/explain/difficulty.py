"""How hard a record is for models that never saw it."""

import numpy as np

from standout.explain.evidence import Evidence


def out_loss(evidence: Evidence) -> np.ndarray:
    """Mean cross-entropy loss float64 (N,) of the OUT models, in nats. High: hard, or wrongly labelled."""
    return evidence.outside.losses


def out_error(evidence: Evidence) -> np.ndarray:
    """Share float64 (N,) of the OUT models that answer wrongly; NaN where that is not known. High: hard."""
    return _or_nan(evidence.outside.errors, evidence)


def out_entropy(evidence: Evidence) -> np.ndarray:
    """Mean entropy float64 (N,) of the answers of OUT models, in nats; NaN where not known. High: they are unsure."""
    return _or_nan(evidence.outside.entropies, evidence)


def out_margin(evidence: Evidence) -> np.ndarray:
    """The negative mean rescaled logit float64 (N,) under OUT models: how much they hold against its label. High: they
    say another class. Source: arXiv 2112.03570."""
    return -evidence.outside.signals


def out_spread(evidence: Evidence) -> np.ndarray:
    """Standard deviation float64 (N,) of the rescaled logit over OUT models. High: they disagree."""
    return evidence.outside.spread


def _or_nan(values: np.ndarray | None, evidence: Evidence) -> np.ndarray:
    return np.full(len(evidence.records), np.nan) if values is None else values
