"""What the records around a record are labelled."""

import numpy as np

from standout.explain.evidence import Evidence


def neighbour_disagreement(evidence: Evidence) -> np.ndarray:
    """Share float64 (N,) of the 10 nearest other records that carry another label.

    High: between classes, or a label in doubt. Source: Muhlenbach, Lallich and Zighed 2004.
    """
    labels = evidence.dataset.y
    return (labels[evidence.neighbours] != labels[:, None]).mean(axis=1)
