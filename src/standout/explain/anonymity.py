"""How many records share what others may know of one."""

import numpy as np
import pandas as pd

from standout.explain.evidence import Evidence


def k_anonymity(evidence: Evidence) -> np.ndarray:
    """1 / k float64 (N,), k = how many records share its values over the named columns, itself among them; NaN where
    none is named. High: 1, nobody shares them.

    Counted over all records that models train on, also those that are not audited. Numbers are taken as they are, not
    in bins; a missing value is a value. Source: Sweeney 2002; 1 / k is the prosecutor's risk of statistical disclosure
    control.
    """
    return 1 / sizes(evidence) if evidence.quasi else np.full(len(evidence.records), np.nan)


def sizes(evidence: Evidence) -> np.ndarray:
    """k int64 (N,) of each audited record."""
    whole = evidence.records.training
    data = evidence.dataset if whole is None else whole
    codes = np.zeros(len(data), dtype=np.int64)
    for name in evidence.quasi:
        column = next(c for c in data.x.columns if str(c) == name)
        own = pd.factorize(data.x[column], use_na_sentinel=False)[0].astype(np.int64)
        # numbered anew after each column, or products of many would run over
        codes = np.unique(codes * (int(own.max()) + 1) + own, return_inverse=True)[1]
    return np.bincount(codes)[codes][data.asked]
