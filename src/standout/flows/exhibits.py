"""What the report shows of records themselves: the most exposed ones and typical ones of their classes."""

import numpy as np
import pandas as pd

from standout.data.dataset import Dataset
from standout.explain import Evidence
from standout.flows.drawing import as_picture, as_uri
from standout.flows.strange import Strange

MOST = 60


def exhibits(dataset: Dataset, table: pd.DataFrame, evidence: Evidence) -> dict:
    """{"exposed": [...], "typical": {class: content}}: content of the most exposed records and of one typical record
    of each of their classes, as a PNG data URI (`image`) or as cells (`cells`). Rows of table are those of dataset.

    A record's cells are those in which it differs most from its class; the typical record has the same columns.
    """
    rows, typical = chosen(dataset, table)
    if dataset.kind == "image":
        low, high = float(dataset.x.min()), float(dataset.x.max())
        draw = lambda i: {"image": as_uri(as_picture(dataset.x[i], low, high))}  # noqa: E731
        return {
            "exposed": [{"record": str(dataset.ids[i]), **draw(i)} for i in rows],
            "typical": {dataset.classes[code]: draw(i) for code, i in typical.items()},
        }
    strange = Strange(dataset, evidence)
    columns = {i: strange.columns(i) for i in rows}
    shared = {code: sorted({c for i in rows if dataset.y[i] == code for c in columns[i]}) for code in typical}
    return {
        "exposed": [{"record": str(dataset.ids[i]), "cells": cells(dataset, i, columns[i])} for i in rows],
        "typical": {dataset.classes[c]: {"cells": cells(dataset, i, shared[c])} for c, i in typical.items()},
    }


def chosen(dataset: Dataset, table: pd.DataFrame) -> tuple[list[int], dict[int, int]]:
    """(rows of the most exposed records, most exposed first, at most MOST; of each of their classes, by its code, the
    record that is nearest to the middle)."""
    rows = np.flatnonzero(table["exposed"].to_numpy())
    rows = rows[np.argsort(-table["exposure"].to_numpy()[rows], kind="stable")][:MOST].tolist()
    distance = np.nan_to_num(table["centroid_distance"].to_numpy(dtype=float), nan=np.inf)
    typical = {}
    for code in np.unique(dataset.y[rows]).tolist():
        own = np.flatnonzero(dataset.y == code)
        typical[code] = int(own[np.argmin(distance[own])])
    return rows, typical


def cells(dataset: Dataset, row: int, columns: list[int]) -> list[list[str]]:
    """[column, value] of these columns of a record."""
    if isinstance(dataset.x, pd.DataFrame):
        return [[str(dataset.x.columns[c]), shown(dataset.x.iloc[row, c])] for c in columns]
    flat = dataset.x[row].ravel()
    return [[f"column {c}", shown(flat[c])] for c in columns]


def shown(value: object) -> str:
    """A cell as text; long ones are cut."""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return "(missing)"
    if isinstance(value, (float, np.floating)):
        text = f"{value:.0f}" if 1000 <= abs(value) < 1e15 else f"{value:.4g}"
    else:
        text = str(value).removesuffix(" 00:00:00")
    return text if len(text) <= 60 else text[:57] + "..."
