"""What the report shows of records themselves: the most exposed ones and typical ones of their classes."""

import base64
import io

import numpy as np
import pandas as pd
from PIL import Image

from standout.data.dataset import Dataset
from standout.explain import Evidence

MOST = 60
CELLS = 6


def exhibits(dataset: Dataset, table: pd.DataFrame, evidence: Evidence) -> dict:
    """{"exposed": [...], "typical": {class: content}}: content of the most exposed records and of one typical record
    of each of their classes, as a PNG data URI (`image`) or as cells (`cells`). Rows of table are those of dataset."""
    rows = np.flatnonzero(table["exposed"].to_numpy())
    rows = rows[np.argsort(-table["exposure"].to_numpy()[rows], kind="stable")][:MOST]
    distance = table["centroid_distance"].to_numpy() if "centroid_distance" in table else np.zeros(len(table))
    typical = {}
    for code in np.unique(dataset.y[rows]):
        own = np.flatnonzero(dataset.y == code)
        middle = own[np.argmin(np.nan_to_num(distance[own], nan=np.inf))]
        typical[dataset.classes[code]] = content(dataset, evidence, int(middle))
    return {
        "exposed": [{"record": str(dataset.ids[i]), **content(dataset, evidence, int(i))} for i in rows],
        "typical": typical,
    }


def content(dataset: Dataset, evidence: Evidence, row: int) -> dict:
    """One record, to be looked at."""
    if dataset.kind == "image" and isinstance(dataset.x, np.ndarray) and dataset.x.ndim > 2:
        return {"image": picture(dataset.x[row], float(dataset.x.min()), float(dataset.x.max()))}
    return {"cells": cells(dataset, evidence, row)}


def picture(array: np.ndarray, low: float, high: float) -> str:
    """An image (H, W), (H, W, 1 or 3) or (3, H, W) as a PNG data URI, values between low and high."""
    if array.ndim == 3 and array.shape[2] not in (1, 3) and array.shape[0] in (1, 3):
        array = np.moveaxis(array, 0, 2)
    if array.ndim == 3 and array.shape[2] != 3:
        array = array[:, :, 0]
    scaled = (array.astype(np.float64) - low) / ((high - low) or 1) * 255
    buffer = io.BytesIO()
    Image.fromarray(np.clip(scaled, 0, 255).round().astype(np.uint8)).save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def cells(dataset: Dataset, evidence: Evidence, row: int) -> list[list[str]]:
    """[column, value] of the cells in which a record differs most from its class (text columns: as they come)."""
    if isinstance(dataset.x, pd.DataFrame):
        frame = dataset.x
        own = frame[dataset.y == dataset.y[row]]
        strange = []
        for column in frame.columns:
            value = frame[column].iloc[row]
            if pd.api.types.is_numeric_dtype(frame[column].dtype) and pd.notna(value):
                spread = float(own[column].astype(float).std(ddof=0))
                strange.append(
                    abs(float(value) - float(own[column].astype(float).mean())) / spread if spread > 0 else 0.0
                )
            else:
                same = (own[column] == value) if pd.notna(value) else own[column].isna()
                strange.append(-np.log(max(float(same.mean()), 1e-9)))
        best = np.argsort(-np.array(strange), kind="stable")[:CELLS]
        return [[str(frame.columns[c]), shown(frame[frame.columns[c]].iloc[row])] for c in best]
    flat = dataset.x.reshape(len(dataset), -1)
    own = evidence.features[dataset.y == dataset.y[row]]
    away = np.abs(evidence.features[row] - own.mean(axis=0)) / np.maximum(own.std(axis=0), 1e-9)
    best = np.argsort(-away, kind="stable")[:CELLS]
    return [[f"column {c}", shown(flat[row, c])] for c in best]


def shown(value: object) -> str:
    """A cell as text; long ones are cut."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return "(missing)"
    text = f"{value:.4g}" if isinstance(value, (float, np.floating)) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
