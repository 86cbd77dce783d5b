"""What the report draws and shows of records, beside figures: exhibits, the ends of classes, the map."""

import numpy as np
import pandas as pd

from standout.data.dataset import Dataset
from standout.explain import Evidence
from standout.explain.projection import Panel, panels
from standout.flows.ends import ends
from standout.flows.exhibits import exhibits

COLOURED = 10
"""Classes that the map tells apart by colour; the others are grey."""


def pictured(dataset: Dataset, table: pd.DataFrame, evidence: Evidence) -> tuple[dict, list[Panel]]:
    """Blocks of figures.json that hold something of single records, and the panels of the map. Rows of table are those
    of dataset."""
    drawn = panels(evidence, table["exposed"].to_numpy(dtype=bool))
    blocks = (exhibits(dataset, table, evidence), ends(dataset, table, evidence), mapped(dataset, table, drawn))
    return {name: block for part in blocks for name, block in part.items()}, drawn


def mapped(dataset: Dataset, table: pd.DataFrame, drawn: list[Panel]) -> dict:
    """{"map": {"labels": [...], "panels": [...]}}; nothing where no panel can be drawn.

    labels: the classes with a colour, those with most exposed records first. A panel: model (None: raw features), its
    records and exposed ones, of which are shown x and y (within 0 and 1, three decimals), class (place among labels, -1
    for the others) and exposed (places among those shown).
    """
    exposed = table["exposed"].to_numpy(dtype=bool)
    if not drawn:
        return {}
    seen = np.concatenate([p.rows for p in drawn])
    found = np.bincount(dataset.y[seen], weights=exposed[seen], minlength=len(dataset.classes))
    sizes = np.bincount(dataset.y[seen], minlength=len(dataset.classes))
    order = np.lexsort((np.arange(len(sizes)), -sizes, -found))[:COLOURED]
    order = order[sizes[order] > 0]
    place = np.full(len(sizes), -1)
    place[order] = np.arange(len(order))
    return {
        "map": {
            "labels": [dataset.classes[c] for c in order],
            "panels": [
                {
                    "model": p.model,
                    "records": p.records,
                    "exposed": p.exposed,
                    "x": [round(float(v), 3) for v in p.at[:, 0]],
                    "y": [round(float(v), 3) for v in p.at[:, 1]],
                    "class": place[dataset.y[p.rows]].tolist(),
                    "marked": np.flatnonzero(exposed[p.rows]).tolist(),
                }
                for p in drawn
            ],
        }
    }
