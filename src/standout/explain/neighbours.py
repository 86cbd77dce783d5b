"""What the records around a record are labelled."""

import numpy as np

from standout.explain.evidence import Evidence


def neighbour_disagreement(evidence: Evidence) -> np.ndarray:
    """Share float64 (N,) of the 10 nearest other records that carry another label.

    NaN without features to compare. High: between classes, or a label in doubt. Beyond 100,000 records the neighbours
    are those among so many drawn at random (`nearest`).
    Source: Muhlenbach, Lallich and Zighed 2004.
    """
    labels = evidence.dataset.y
    if not evidence.neighbours.shape[1]:
        return np.full(len(labels), np.nan)
    return (labels[evidence.neighbours] != labels[:, None]).mean(axis=1)
