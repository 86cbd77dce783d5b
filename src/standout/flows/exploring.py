"""What the report needs to show any record by itself: its signals, neighbours, picture or cells, and place on the map.

All of it goes into explorer.npz, beside figures.json. A *row* is a place in records.csv.
"""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from standout.data.records import Records
from standout.estimate.agreement import cautious
from standout.estimate.outside import OutTest
from standout.estimate.spread import shrunk_spread
from standout.estimate.tails import Tails
from standout.explain import Evidence
from standout.explain.projection import Panel
from standout.flows.exhibits import cells
from standout.flows.sprite import sprite
from standout.flows.strange import Strange
from standout.flows.target import SURE
from standout.moments import moments_of
from standout.run.folder import RunFolder

FILE = "explorer.npz"
VALUES, LEAST = 200_000, 60
"""Signals that are kept, a byte each, so that many models mean fewer records; but LEAST records in any case."""
NEAR = 6
TOLD = 1500
"""Records whose cells are kept."""


@dataclass(frozen=True, eq=False)
class Signals:
    """What models answer: rescaled logits float (M, N) as they were judged, members bool (M, N), each record's own
    test, and the false-positive rate that it keeps."""

    values: np.ndarray
    members: np.ndarray
    test: OutTest
    fpr: float


def own_test(signals: np.ndarray, members: np.ndarray, tails: Tails, noise_factor: float | np.ndarray = 1.0) -> OutTest:
    """The test of each record from all models, as one more model would be judged by it. signals, members (M, N)."""
    moments = cautious(moments_of(signals, members))
    return OutTest.of(moments, shrunk_spread(moments, noise_factor), tails, sure=SURE)


def explorer(
    records: Records,
    table: pd.DataFrame,
    evidence: Evidence,
    signals: Signals,
    panels: Sequence[Panel],
    *,
    redact: bool,
) -> dict[str, np.ndarray]:
    """What explorer.npz holds, see `signals_of`, `around_of`, `map_of`. Rows of table are those of records. redact:
    signals alone, nothing of what records hold."""
    row = np.argsort(np.argsort(records.place, kind="stable"), kind="stable")
    order = by_interest(table, panels)
    of = of_interest(order, row, len(signals.values))
    of = of[np.isfinite(signals.values[:, of]).all(axis=0)]  # what has no place cannot be drawn
    arrays = signals_of(signals, of, row)
    if records.data is not None and not redact:
        arrays |= around_of(records, evidence, order, of, row) | map_of(panels, row)
    return arrays


def write_explorer(folder: RunFolder, arrays: dict[str, np.ndarray]) -> None:
    """Write explorer.npz, whole; the same arrays give the same bytes."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # pyright: ignore[reportArgumentType]
    folder.write(FILE, buffer.getvalue())


def by_interest(table: pd.DataFrame, panels: Sequence[Panel]) -> np.ndarray:
    """All places int (N,): the exposed first, the most exposed at the head, then those on the map, then the others by
    exposure. Where not all can be shown, these are."""
    on_map = np.zeros(len(table), dtype=bool)
    for panel in panels:
        on_map[panel.rows] = True
    return np.lexsort((-table["exposure"].to_numpy(), ~on_map, ~table["exposed"].to_numpy(dtype=bool)))


def of_interest(order: np.ndarray, row: np.ndarray, models: int) -> np.ndarray:
    """The first of `order`, as many as VALUES allow with so many models, in the order of records.csv."""
    of = order[: max(VALUES // models, LEAST)]
    return of[np.argsort(row[of])]


def signals_of(signals: Signals, of: np.ndarray, row: np.ndarray) -> dict[str, np.ndarray]:
    """Signals of the records `of`: `row` int32 (d,); `low`, `high`, `threshold` float32 (d,), `side` int8 (d,), `value`
    uint8 (d, M), in steps of 1/255 from low to high, `member` and `accused` bool (d, M): steps are for drawing, what
    the test says is counted on the signals themselves."""
    own = signals.values[:, of].T.astype(np.float64)
    low, high = own.min(axis=1), own.max(axis=1)
    reach = np.where(high > low, high - low, 1.0)
    threshold, side = signals.test.threshold(signals.fpr)[of], signals.test.side[of]
    return {
        "row": row[of].astype(np.int32),
        "low": low.astype(np.float32),
        "high": high.astype(np.float32),
        "value": np.rint((own - low[:, None]) / reach[:, None] * 255).astype(np.uint8),
        "member": signals.members[:, of].T,
        "accused": side[:, None] * own > (side * threshold)[:, None],
        "threshold": threshold.astype(np.float32),
        "side": side.astype(np.int8),
    }


def around_of(
    records: Records, evidence: Evidence, order: np.ndarray, of: np.ndarray, row: np.ndarray
) -> dict[str, np.ndarray]:
    """Neighbours `near` int32 (d, k) of the records `of`, and pictures or cells of the first of `order`."""
    assert records.data is not None
    near = evidence.near.places[of, :NEAR]
    found: dict[str, np.ndarray] = {"near": row[near].astype(np.int32)}
    if records.data.kind == "image":
        drawn = sprite(records.data, order.tolist())
        drawn["picture_row"] = row[drawn.pop("picture_of")].astype(np.int32)
        return found | drawn
    strange = Strange(records.data, evidence)
    told = {str(row[i]): cells(records.data, int(i), strange.columns(int(i))) for i in order[:TOLD]}
    return found | {"cells": np.frombuffer(json.dumps(told).encode(), dtype=np.uint8)}


def map_of(panels: Sequence[Panel], row: np.ndarray) -> dict[str, np.ndarray]:
    """Who stands where on the map: `map_row` int32, `map_panel` int8, `map_x` and `map_y` float32 (n,), and of each
    panel `map_model` int32, -1 for raw features."""
    if not panels:
        return {}
    at = np.concatenate([p.at for p in panels]).astype(np.float32)
    return {
        "map_row": row[np.concatenate([p.rows for p in panels])].astype(np.int32),
        "map_panel": np.repeat(np.arange(len(panels)), [len(p.rows) for p in panels]).astype(np.int8),
        "map_x": at[:, 0],
        "map_y": at[:, 1],
        "map_model": np.array([-1 if p.model is None else p.model for p in panels], dtype=np.int32),
    }
