"""A discriminant on all logits as a signal: Fisher's direction in which answers of models that saw a record shift."""

from collections.abc import Iterator

import numpy as np

from standout.shadows.store import Shadows

CLASSES = 200
"""With more, a covariance for each class would take gigabytes: there is no such signal then."""
RIDGE = 1e-2
"""Share of itself that is added to every variance: numbers nearly depend on each other, and records may be few."""
LEAST = -50.0
"""Log-probabilities below it, and rescaled logits beyond it on either side, tell nothing more."""


def discriminants(outputs: Shadows, labels: np.ndarray, half: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Two signals float32 (M, N), higher for members: the first judges models in `half` bool (M,) and is learned on the
    others, the second the other way round; so no model is judged by a direction that it or its twin gave.

    What a model answers on a record is its log-probabilities, rescaled logit and entropy: C + 2 numbers. For each class
    of labels int (N,), the direction is S^-1 (mean IN - mean OUT), means over its records of the difference within each
    record, S the covariance within record and side; along it, the spread within is 1 and the middle of IN and OUT 0.
    Each model is read three times; sums of records x classes, and of classes x classes x classes, are held, whatever
    the number of models.
    None where models keep sums alone, or where there are more than CLASSES classes.
    Source: Fisher 1936.
    """
    first = outputs.log_probabilities(0)
    if first is None or outputs.log_probabilities(outputs.count - 1) is None or first.shape[1] > CLASSES:
        return None
    order = np.argsort(labels, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
    found = np.empty((2, outputs.count, outputs.records), dtype=np.float32)
    directions = [learned(outputs, labels, parts, ~half), learned(outputs, labels, parts, half)]
    for m, x in answers(outputs, np.ones(outputs.count, dtype=bool)):
        for k in range(2):
            w, centre = directions[k]
            found[k, m] = (x * w[labels]).sum(axis=1) - centre[labels]
    return found[0], found[1]


def answers(outputs: Shadows, which: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """(model, its numbers float64 (N, C + 2)) for the models in `which` bool (M,)."""
    for m in np.flatnonzero(which):
        log_p, signals = outputs.log_probabilities(int(m)), outputs.signals(int(m))
        assert log_p is not None
        z = np.maximum(log_p.astype(np.float64), LEAST)
        yield int(m), np.column_stack([z, np.clip(signals["rescaled-logit"], LEAST, -LEAST), signals["entropy"]])


def learned(
    outputs: Shadows, labels: np.ndarray, parts: list[np.ndarray], which: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(directions float64 (C, C + 2) by class, 0 for one without a record, (C,) where the middle of IN and OUT lies on
    them); parts: places of the records of each."""
    sums, counts = None, np.zeros((2, outputs.records))
    for m, x in answers(outputs, which):
        if sums is None:
            sums = np.zeros((2, *x.shape))
        for side in (0, 1):
            chosen = outputs.members[m] if side else ~outputs.members[m]
            sums[side, chosen] += x[chosen]
            counts[side] += chosen
    assert sums is not None
    means = sums / np.maximum(counts, 1)[:, :, None]
    width = means.shape[2]
    within = np.zeros((len(parts), width, width))
    for m, x in answers(outputs, which):
        x -= np.where(outputs.members[m][:, None], means[1], means[0])
        for k, part in enumerate(parts):
            within[k] += x[part].T @ x[part]
    directions, centres = np.zeros((width - 2, width)), np.zeros(width - 2)
    both = np.all(counts > 0, axis=0)
    for k, part in enumerate(parts):
        seen = part[both[part]]
        free = np.maximum(counts[:, part] - 1, 0).sum()
        if not len(seen) or not free:
            continue
        covariance = within[k] / free
        covariance[np.diag_indices(width)] *= 1 + RIDGE
        covariance[np.diag_indices(width)] += np.finfo(np.float32).tiny  # numbers that never vary
        w = np.linalg.solve(covariance, (means[1, seen] - means[0, seen]).mean(axis=0))
        spread = np.sqrt(w @ covariance @ w)
        if spread > 0:
            directions[labels[part[0]]] = w / spread
            centres[labels[part[0]]] = means[:, seen].mean(axis=(0, 1)) @ w / spread
    return directions, centres
