"""Columns in which a record is least like its class, by loops over cells."""

import numpy as np
import pandas as pd

from standout.data.dataset import Dataset
from standout.flows.strange import CELLS, Strange


def test_numbers_by_deviations_texts_and_gaps_by_how_rare_they_are():
    rng = np.random.default_rng(0)
    n = 60
    table = pd.DataFrame({f"n{c}": rng.normal(size=n) * 10**c for c in range(4)})
    table["kind"] = rng.choice(["a", "b", "c"], n, p=[0.8, 0.15, 0.05])
    table["constant"] = 3.0
    table.insert(2, "town", rng.choice(["x", "y"], n))
    table.loc[rng.random(n) < 0.2, "n1"] = np.nan
    table.loc[3, "kind"] = None
    y = rng.integers(0, 2, n)
    data = Dataset(table, y)
    strange = Strange(data, None)  # type: ignore[arg-type]
    for row in range(n):
        away = []
        for name in table:
            own, value = table.loc[y == y[row], name], table.loc[row, name]
            if isinstance(value, float) and not pd.isna(value):
                spread = np.nanstd(own.to_numpy(dtype=float))
                away.append(abs(value - np.nanmean(own.to_numpy(dtype=float))) / spread if spread else 0.0)
            else:
                alike = own.isna() if pd.isna(value) else own == value
                away.append(-np.log(alike.mean()))
        assert strange.columns(row) == np.argsort(-np.array(away), kind="stable")[:CELLS].tolist()
