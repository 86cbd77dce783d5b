"""What training on a record changes: IN models against OUT models. These say how it is given away, not why."""

import numpy as np
from scipy.special import rel_entr

from standout.explain.evidence import Evidence


def divergence(evidence: Evidence) -> np.ndarray:
    """Jensen-Shannon divergence float64 (N,), in bits, of the mean answers of IN and OUT models; NaN where not known.
    High: training on the record changes what is answered. Source: Lin 1991."""
    p, q = evidence.inside.probabilities, evidence.outside.probabilities
    if p is None or q is None:
        return np.full(len(evidence.records), np.nan)
    middle = (p + q) / 2
    return (rel_entr(p, middle).sum(axis=1) + rel_entr(q, middle).sum(axis=1)) / (2 * np.log(2))
