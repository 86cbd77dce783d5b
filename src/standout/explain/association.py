"""How well a characteristic separates the exposed records from the others, in this very audit."""

import numpy as np
from scipy.stats import rankdata, spearmanr

from standout.measure.intervals import interval

RESAMPLES = 1000


def association(
    values: np.ndarray, exposed: np.ndarray, exposure: np.ndarray, labels: np.ndarray | None = None
) -> dict:
    """{"auroc", "ci", "spearman", "within", "precision_at_k"} of one characteristic; all but spearman are None without
    an exposed or another record.

    values: float (N,), NaN where not defined (those records are left out); exposed: bool (N,); exposure: (N,); labels:
    class codes int (N,). ci: 95 % bootstrap interval over records, of both groups, by the projection of the
    U-statistic. within: the same chance as auroc for an exposed and another record of one class, over all such pairs;
    None without labels. precision_at_k: share of exposed ones among the k highest, k = how many are exposed.
    """
    known = np.isfinite(values)
    v, e = values[known], exposed[known]
    varies = len(v) > 2 and np.ptp(v) > 0 and np.ptp(exposure[known]) > 0
    rho = float(spearmanr(v, exposure[known]).statistic) if varies else 0.0
    n_in, n_out = int(e.sum()), int((~e).sum())
    if n_in == 0 or n_out == 0:
        return {"auroc": None, "ci": None, "spearman": rho, "within": None, "precision_at_k": None}
    ranks = rankdata(v)
    above = (ranks[e] - rankdata(v[e])) / n_out  # share of the others below each exposed record, ties half
    below = 1 - (ranks[~e] - rankdata(v[~e])) / n_in  # share of the exposed above each other record
    auroc = float(above.mean())
    rng = np.random.default_rng(3)
    draws = (
        rng.multinomial(n_in, np.full(n_in, 1 / n_in), RESAMPLES) @ above / n_in + _resampled_means(below, rng) - auroc
    )
    low, high = interval(draws)
    return {
        "auroc": auroc,
        "ci": [max(low, 0.0), min(high, 1.0)],
        "spearman": rho,
        "within": None if labels is None else within_classes(v, e, labels[known]),
        "precision_at_k": precision_at_k(v, e),
    }


def within_classes(values: np.ndarray, exposed: np.ndarray, labels: np.ndarray) -> float | None:
    """Chance that an exposed record has the higher value, ties half, over all pairs of one class; None without any."""
    wins, pairs = 0.0, 0
    for label in np.unique(labels[exposed]):
        own = labels == label
        e = exposed[own]
        inside, outside = int(e.sum()), int((~e).sum())
        wins += float(rankdata(values[own])[e].sum()) - inside * (inside + 1) / 2
        pairs += inside * outside
    return wins / pairs if pairs else None


def precision_at_k(values: np.ndarray, exposed: np.ndarray) -> float:
    """Share of exposed ones among the k highest values, k = exposed.sum() > 0; of those tied at the edge as many as by
    chance."""
    k = int(exposed.sum())
    edge = np.partition(values, len(values) - k)[len(values) - k]
    above, tied = values > edge, values == edge
    return float((exposed[above].sum() + (k - above.sum()) * exposed[tied].mean()) / k)


def _resampled_means(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Bootstrap means (RESAMPLES,) of a large group: by distinct values where few, else by the normal limit."""
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) <= 500:
        return rng.multinomial(len(values), counts / len(values), RESAMPLES) @ distinct / len(values)
    return rng.normal(values.mean(), values.std() / np.sqrt(len(values)), RESAMPLES)
