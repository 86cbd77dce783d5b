"""Of classes with exposed records, those nearest to the middle of the class and those farthest from it."""

import numpy as np
import pandas as pd

from standout.data.dataset import Dataset
from standout.explain import Evidence
from standout.flows.drawing import as_picture, as_uri
from standout.flows.exhibits import cells
from standout.flows.strange import Strange

CLASSES = 12
PICTURES, ROWS = 2, 1
"""Records at each end of a class: pictures, and rows of a table."""
DISTANCES = ("feature_centroid_distance", "centroid_distance")
"""By the first that is known: what a net makes of records comes before what they are made of."""


def ends(dataset: Dataset, table: pd.DataFrame, evidence: Evidence) -> dict:
    """{"ends": {"by": name of the distance, "classes": [{"label", "records", "exposed", "closest", "farthest"}]}}, the
    classes with most exposed records first, CLASSES at most; nothing where there are none. Rows of table are those of
    dataset.

    closest, farthest: records with id, whether exposed, exposure and content as in `exhibits`, the extreme one first.
    Columns of a table are those in which the farthest record differs most from its class. Ties go by place.
    Source: arXiv 2511.16792, which sets the closest and the farthest images of a class side by side.
    """
    by = next((name for name in DISTANCES if name in table), None)
    exposed = table["exposed"].to_numpy(dtype=bool)
    if by is None or not exposed.any():
        return {}
    distance, exposure = table[by].to_numpy(dtype=float), table["exposure"].to_numpy(dtype=float)
    is_image = dataset.kind == "image"
    strange = None if is_image else Strange(dataset, evidence)
    low, high = (float(dataset.x.min()), float(dataset.x.max())) if is_image else (0.0, 1.0)
    found = np.bincount(dataset.y[exposed], minlength=len(dataset.classes))

    def shown(i: int, columns: list[int]) -> dict:
        content = (
            {"image": as_uri(as_picture(dataset.x[i], low, high))}
            if is_image
            else {"cells": cells(dataset, i, columns)}
        )
        whose = {"record": str(dataset.ids[i]), "exposed": bool(exposed[i]), "exposure": float(exposure[i])}
        return {**whose, **content}

    classes = []
    for code in np.argsort(-found, kind="stable")[:CLASSES].tolist():
        own = dataset.y == code
        rows = np.flatnonzero(own & np.isfinite(distance))
        if not found[code] or len(rows) < 2:
            continue
        rows = rows[np.argsort(distance[rows], kind="stable")].tolist()
        each = min(PICTURES if is_image else ROWS, len(rows) // 2)
        columns = [] if strange is None else strange.columns(rows[-1])
        classes.append(
            {
                "label": dataset.classes[code],
                "records": int(own.sum()),
                "exposed": int(found[code]),
                "closest": [shown(i, columns) for i in rows[:each]],
                "farthest": [shown(i, columns) for i in rows[::-1][:each]],
            }
        )
    return {"ends": {"by": by, "classes": classes}} if classes else {}
