"""Is the label of a record right? Confident learning on what models say that never saw it."""

import numpy as np

from standout.explain.evidence import Evidence


def label_doubt(evidence: Evidence) -> np.ndarray:
    """1 - label quality float64 (N,) by cleanlab's normalised margin, from mean OUT probabilities less the usual
    confidence in each class; NaN where these are not known. High: the label is likely wrong.

    Source: Northcutt, Jiang and Chuang 2021.
    """
    p, labels = evidence.outside.probabilities, evidence.records.y
    if p is None or labels is None or len(np.unique(labels)) < 2:
        return np.full(len(evidence.records), np.nan)
    from cleanlab.rank import get_label_quality_scores

    seen = np.unique(labels)  # a class without a record has no threshold
    p = p[:, seen] / np.maximum(p[:, seen].sum(axis=1, keepdims=True), 1e-300)
    scores = get_label_quality_scores(
        np.searchsorted(seen, labels), p, method="normalized_margin", adjust_pred_probs=True
    )  # fmt: skip
    return 1 - np.asarray(scores, dtype=np.float64)
