"""How hard a record is for models that never saw it."""

import numpy as np

from standout.explain.evidence import Evidence


def out_loss(evidence: Evidence) -> np.ndarray:
    """Mean cross-entropy loss float64 (N,) of the OUT models, in nats. High: hard, or wrongly labelled."""
    return evidence.out_losses
