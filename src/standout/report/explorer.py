"""What the scripts of the page are given: all records as arrays, and what explorer.npz holds of some."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from standout.report.figures import supported_from
from standout.report.shown import picture
from standout.report.words import known

MOST = 50_000
"""Records that the page holds; of more, all exposed ones and those with the highest exposure."""
KINDS = {"f4": "<f4", "i4": "<i4", "u4": "<u4", "u2": "<u2", "u1": "u1", "i1": "i1"}


def packed(values: Any, kind: str) -> dict[str, str]:
    """An array as JSON holds it: {"t": kind, "b": its bytes in base64, little endian}."""
    return {"t": kind, "b": base64.b64encode(np.ascontiguousarray(values, dtype=KINDS[kind]).tobytes()).decode()}


def whole(values: Any) -> dict[str, str]:
    """Whole numbers from 0 on, packed as small as they allow."""
    largest = max(np.asarray(values).max(initial=0), 0)
    return packed(values, "u1" if largest < 2**8 else "u2" if largest < 2**16 else "u4")


def explorer_of(
    summary: Mapping[str, Any],
    records: pd.DataFrame,
    drawn: Mapping[str, Any],
    stored: Mapping[str, np.ndarray],
    after: pd.DataFrame | None,
    *,
    ids: bool,
    content: bool,
) -> dict[str, Any]:
    """The curves, the arrays, see `rows_of`, and blocks of what is known of some records; 0 rows without ids: a page
    that may name no record has none to choose from, and their order would name them.

    records: the records table; drawn: figures.json; stored: explorer.npz; after: defences.csv, where there is one.
    ids: records may be named; content: what they hold may be shown.
    """
    curves = curves_of(summary, drawn, len(records))
    if not ids:
        return {"records": len(records), "rows": 0, **curves}
    chosen = chosen_of(records)
    place = np.full(len(records), -1)
    place[chosen] = np.arange(len(chosen))
    table = records.iloc[chosen]
    return {
        "records": len(records),
        "rows": len(chosen),
        "above": summary["exposed"]["above"],
        "fpr": summary["exposed"]["fpr"],
        "attack": summary["exposed"]["attack"],
        **rows_of(table, summary, content=content),
        **texts_of(table, content=content),
        "signals": signals_of(stored, place),
        "neighbours": neighbours_of(stored, place) if content else None,
        "map": map_of(stored, place) if content else None,
        "pictures": pictures_of(stored, place) if content else None,
        "cells": cells_of(stored, place) if content else None,
        "typical": typical_of(drawn) if content else {},
        "defences": defences_of(after, records, place),
        **curves,
    }


def curves_of(summary: Mapping[str, Any], drawn: Mapping[str, Any], records: int) -> dict[str, Any]:
    """ROC curves, the main attack first as in the table of attacks, and from which FPR on the data support a figure."""
    stored = {name: c for name, c in (drawn.get("roc") or {}).items() if c and c.get("non_members") and c["fpr"]}
    blocks = summary.get("attacks") or {}
    main = summary["exposed"].get("attack")
    names = sorted((n for n in list(blocks)[::-1] if n in stored), key=lambda name: name != main)
    if not names:
        return {"roc": [], "supported": None}
    curves = [
        {
            "name": name,
            **{k: stored[name][k] for k in ("fpr", "tpr")},
            "band": stored[name].get("band"),
            "auc": (blocks[name] or {}).get("auc"),
        }
        for name in names
    ]
    return {"roc": curves, "supported": supported_from(stored, records)}


def chosen_of(records: pd.DataFrame) -> np.ndarray:
    """Rising places int (n,) of the records that the page holds."""
    if len(records) <= MOST:
        return np.arange(len(records))
    order = np.lexsort((-records["exposure"].to_numpy(), ~records["exposed"].to_numpy(dtype=bool)))
    return np.sort(order[:MOST])


def rows_of(table: pd.DataFrame, summary: Mapping[str, Any], *, content: bool) -> dict[str, Any]:
    """A value for each row, as packed arrays; labels and causes by place in lists of their names."""
    labels = sorted(set(table["label"]), key=natural) if content and summary["dataset"].get("classes") else []
    causes = ["", *(c for c in dict.fromkeys(summary.get("causes") or {}) if c)]
    causes += [c for c in dict.fromkeys(table["cause"]) if c not in causes]
    code = {label: i for i, label in enumerate(labels)}
    counts = ("hits", "trials", "false_hits", "false_trials")
    return {
        "ids": table["record"].tolist(),
        "labels": labels,
        "label": whole([code[v] for v in table["label"]]) if labels else None,
        "causes": causes,
        "cause": whole([causes.index(c) for c in table["cause"]]),
        "exposure": packed(table["exposure"], "f4"),
        "lo": packed(table["exposure_lo"], "f4"),
        "hi": packed(table["exposure_hi"], "f4"),
        "exposed": packed(table["exposed"].to_numpy(dtype=bool), "u1"),
        **{name: whole(table[name]) for name in counts},
        "effect": packed(table["effect"], "f4"),
        "memorization": packed(table["memorization"], "f4"),
    }


def natural(label: str) -> tuple[bool, float, str]:
    """Numbers by size, then texts."""
    try:
        value = float(label)
    except ValueError:
        value = float("nan")
    return (False, value, label) if known(value) else (True, 0.0, label)


def texts_of(table: pd.DataFrame, *, content: bool) -> dict[str, Any]:
    """Reasons and actions of exposed rows, by row. A reason quotes labels and values, so it is content."""
    exposed = np.flatnonzero(table["exposed"].to_numpy(dtype=bool))
    found = {"actions": {str(i): table["action"].iat[i] for i in exposed}}
    return found | {"reasons": {str(i): table["reason"].iat[i] for i in exposed} if content else {}}


def within(rows: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(which of these rows of the table the page holds, bool; their places on the page)."""
    fits = (rows >= 0) & (rows < len(place))
    at = np.where(fits, place[np.where(fits, rows, 0)], -1)
    return at >= 0, at[at >= 0]


def signals_of(stored: Mapping[str, np.ndarray], place: np.ndarray) -> dict[str, Any] | None:
    """What models answer on some records, with the region of each one's own test."""
    if "value" not in stored:
        return None
    there, row = within(stored["row"], place)
    return {
        "row": packed(row, "i4"),
        "models": int(stored["value"].shape[1]),
        **{name: packed(stored[name][there], "f4") for name in ("low", "high", "threshold")},
        "side": packed(stored["side"][there], "i1"),
        "value": packed(stored["value"][there], "u1"),
        "marks": packed(stored["member"][there] + 2 * stored["accused"][there].astype(np.uint8), "u1"),
    }


def neighbours_of(stored: Mapping[str, np.ndarray], place: np.ndarray) -> dict[str, Any] | None:
    """The nearest other records of some, -1 for those that the page does not hold."""
    if "near" not in stored or not stored["near"].shape[1]:
        return None
    there, row = within(stored["row"], place)
    near = place[stored["near"][there]]
    return {"row": packed(row, "i4"), "k": int(near.shape[1]), "near": packed(near, "i4")}


def map_of(stored: Mapping[str, np.ndarray], place: np.ndarray) -> dict[str, Any] | None:
    """Where records stand on the map, a block for each net."""
    if "map_row" not in stored:
        return None
    panels = []
    for panel, model in enumerate(stored["map_model"].tolist()):
        own = stored["map_panel"] == panel
        there, row = within(stored["map_row"][own], place)
        panels.append(
            {
                "title": "Raw features" if model < 0 else f"Model {model}: records that it never saw",
                "row": packed(row, "i4"),
                "x": packed(stored["map_x"][own][there], "f4"),
                "y": packed(stored["map_y"][own][there], "f4"),
            }
        )
    return {"panels": panels}


def pictures_of(stored: Mapping[str, np.ndarray], place: np.ndarray) -> dict[str, Any] | None:
    """Small pictures, all in one; a row that the page does not hold keeps its tile and is named by none."""
    if "picture" not in stored:
        return None
    width, height, columns = stored["tile"].tolist()
    data = base64.b64encode(stored["picture"].tobytes()).decode()
    row = place[stored["picture_row"]]
    source = picture(f"data:image/webp;base64,{data}")
    return {"src": source, "width": width, "height": height, "columns": columns, "row": packed(row, "i4")}


def cells_of(stored: Mapping[str, np.ndarray], place: np.ndarray) -> dict[str, Any] | None:
    """Cells of records of a table, as [place among `columns`, text] by row."""
    if "cells" not in stored:
        return None
    told: dict[str, Sequence[Sequence[str]]] = json.loads(stored["cells"].tobytes().decode())
    columns = list(dict.fromkeys(column for own in told.values() for column, _ in own))
    number = {column: i for i, column in enumerate(columns)}
    rows = {int(place[int(r)]): own for r, own in told.items()}
    return {
        "columns": columns,
        "of": {str(r): [[number[c], text] for c, text in own] for r, own in rows.items() if r >= 0},
    }


def typical_of(drawn: Mapping[str, Any]) -> dict[str, Any]:
    """Content of a typical record of each class that has exposed ones."""
    found = {}
    for label, own in (drawn.get("typical") or {}).items():
        image = picture(own.get("image"))
        cells = [[str(c), str(v)] for c, v, *_ in own.get("cells") or []]
        found[str(label)] = {"image": image} if image else {"cells": cells}
    return found


def defences_of(after: pd.DataFrame | None, records: pd.DataFrame, place: np.ndarray) -> dict[str, Any] | None:
    """Exposure of the exposed records under the control and under each defence."""
    if after is None or after["record"].tolist() != records["record"].tolist():
        return None
    exposed = np.flatnonzero(records["exposed"].to_numpy(dtype=bool) & (place >= 0))
    names = [c for c in after.columns if c not in ("record", "none")]
    return {
        "names": names,
        "row": packed(place[exposed], "i4"),
        "before": packed(after["none"].to_numpy()[exposed], "f4"),
        "after": [packed(after[name].to_numpy()[exposed], "f4") for name in names],
    }
