"""How well a characteristic separates the exposed records from the others, in this very audit."""

import numpy as np
from scipy.stats import rankdata, spearmanr

from standout.measure.intervals import interval

RESAMPLES = 1000


def association(values: np.ndarray, exposed: np.ndarray, exposure: np.ndarray) -> dict:
    """{"auroc", "ci", "spearman"} of one characteristic; auroc and ci are None without an exposed or another record.

    values: float (N,), NaN where not defined (those records are left out); exposed: bool (N,); exposure: (N,).
    ci: 95 % bootstrap interval over records, of both groups, by the projection of the U-statistic.
    """
    known = np.isfinite(values)
    v, e = values[known], exposed[known]
    varies = len(v) > 2 and np.ptp(v) > 0 and np.ptp(exposure[known]) > 0
    rho = float(spearmanr(v, exposure[known]).statistic) if varies else 0.0
    n_in, n_out = int(e.sum()), int((~e).sum())
    if n_in == 0 or n_out == 0:
        return {"auroc": None, "ci": None, "spearman": rho}
    ranks = rankdata(v)
    above = (ranks[e] - rankdata(v[e])) / n_out  # share of the others below each exposed record, ties half
    below = 1 - (ranks[~e] - rankdata(v[~e])) / n_in  # share of the exposed above each other record
    auroc = float(above.mean())
    rng = np.random.default_rng(3)
    draws = (
        rng.multinomial(n_in, np.full(n_in, 1 / n_in), RESAMPLES) @ above / n_in + _resampled_means(below, rng) - auroc
    )
    low, high = interval(draws)
    return {"auroc": auroc, "ci": [max(low, 0.0), min(high, 1.0)], "spearman": rho}


def _resampled_means(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Bootstrap means (RESAMPLES,) of a large group: by distinct values where few, else by the normal limit."""
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) <= 500:
        return rng.multinomial(len(values), counts / len(values), RESAMPLES) @ distinct / len(values)
    return rng.normal(values.mean(), values.std() / np.sqrt(len(values)), RESAMPLES)
