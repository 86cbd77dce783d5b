"""The map of records: dots in the colour of their class, exposed ones large and rimmed, names where classes lie."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup, escape

from standout.report import svg
from standout.report.shown import cut
from standout.report.words import count, plural

SIDE, EDGE = 460, 14
MANY = 60
"""Exposed records of a panel beyond which their marks are drawn smaller."""
MOST_NAME = 14
"""Characters of a class's name within the drawing."""


@dataclass(frozen=True)
class MapPanel:
    """One panel as the template reads it. rows: (class name, None for the classes without a colour; its place among
    the colours; how many are shown; how many of them exposed), for those who do not see the drawing."""

    drawing: Markup
    model: int | None
    records: int
    exposed: int
    shown: int
    marked: int
    rows: list[tuple[str | None, int, int, int]]


@dataclass(frozen=True)
class RecordMap:
    """All panels. labels: names of the classes that have a colour, in its order."""

    panels: list[MapPanel]
    labels: list[str]

    @property
    def others(self) -> bool:
        """Whether any record is of a class without a colour."""
        return any(name is None for panel in self.panels for name, *_ in panel.rows)


def map_of(stored: Mapping[str, Any] | None) -> RecordMap | None:
    """From the block `map` of figures.json; None where it is missing."""
    if not stored:
        return None
    names = [str(label) for label in stored["labels"]]
    return RecordMap([_panel(panel, names) for panel in stored["panels"]], names)


def _panel(panel: Mapping[str, Any], names: Sequence[str]) -> MapPanel:
    at = np.column_stack([np.asarray(panel[k], dtype=float) for k in "xy"])
    classes, marked = np.asarray(panel["class"], dtype=int), np.zeros(len(at), dtype=bool)
    marked[np.asarray(panel["marked"], dtype=int)] = True
    rows = []
    for place in [*range(len(names)), -1]:
        own = classes == place
        if own.any():
            rows.append((names[place] if place >= 0 else None, place, int(own.sum()), int((own & marked).sum())))
    model, records, exposed = panel["model"], int(panel["records"]), int(panel["exposed"])
    whose = "" if model is None else f" that model {model} never saw"
    label = (
        f"Map (t-SNE) of {plural(len(at), 'record')}{whose}, {count(int(marked.sum()))} of them exposed and drawn "
        "large. Records that are alike lie close. The table below counts them by class."
    )
    drawing = draw(at, classes, marked, names, label)
    return MapPanel(drawing, model, records, exposed, len(at), int(marked.sum()), rows)


def draw(
    at: np.ndarray, classes: np.ndarray, marked: np.ndarray, names: Sequence[str], label: str, what: str = "exposed"
) -> Markup:
    """One panel. at: (n, 2) within 0 and 1; classes: int (n,), places among names, -1 for grey; marked: bool (n,), who
    is `what`."""
    spread = at.max(axis=0) - at.min(axis=0) if len(at) else np.zeros(2)
    height = EDGE * 2 + (SIDE - 2 * EDGE) * max(float(spread[1]), 0.35)
    middle = (at.max(axis=0) + at.min(axis=0)) / 2 if len(at) else np.zeros(2)
    x = SIDE / 2 + (at[:, 0] - middle[0]) * (SIDE - 2 * EDGE)
    y = height / 2 - (at[:, 1] - middle[1]) * (SIDE - 2 * EDGE)
    place = lambda rows: "".join(f"M{svg.n(x[i])} {svg.n(y[i])}h0" for i in np.flatnonzero(rows))  # noqa: E731
    parts = []
    for k in [-1, *range(len(names))]:
        rows = (classes == k) & ~marked
        if rows.any():
            parts.append(f'<path d="{place(rows)}" class="dots m{k if k >= 0 else "x"}"/>')
    many = int(marked.sum()) > MANY
    radius = "3.6" if many else "5.5"
    for i in np.flatnonzero(marked):
        k = int(classes[i])
        name = f"labelled {cut(names[k], 40)}" if k >= 0 else "of another class"
        where = f'cx="{svg.n(x[i])}" cy="{svg.n(y[i])}" r="{radius}"'
        css = f"{'large many' if many else 'large'} m{k if k >= 0 else 'x'}"
        parts.append(f'<circle {where} class="{css}"><title>{escape(what)}, {escape(name)}</title></circle>')
    for k, name in enumerate(names):
        rows = np.flatnonzero((classes == k) & ~marked)
        if len(rows):
            own = at[rows] - np.median(at[rows], axis=0)
            near = rows[np.argmin((own**2).sum(axis=1))]  # at a record of the class: its middle may lie among others
            left = min(max(float(x[near]), 30), SIDE - 30)
            parts.append(svg.text(left, float(y[near]) + 5, cut(name, MOST_NAME), "class-name", "middle"))
    return svg.svg(SIDE, height, label, parts, "chart map")
