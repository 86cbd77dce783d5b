"""The closest and the farthest records of classes, as the template reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from standout.report.shown import picture

MOST_CELLS = 12


@dataclass(frozen=True)
class EndRecord:
    """One record at an end of its class. image: a picture that lies in the page, or None; look: the same under a map of
    where a net that trained on it looks."""

    record: str
    exposed: bool
    exposure: float
    image: str | None
    look: str | None


@dataclass(frozen=True)
class Ends:
    """One class. rows: (column, value of the closest, value of the farthest) of a table; empty where records are
    pictures."""

    label: str
    records: int
    exposed: int
    closest: list[EndRecord]
    farthest: list[EndRecord]
    rows: list[tuple[str, str, str]]


def ends_of(stored: Mapping[str, Any] | None) -> tuple[str, list[Ends]]:
    """(name of the distance, classes) of the block `ends` of figures.json; none where it is missing."""
    stored = stored or {}
    return str(stored.get("by", "")), [_of_class(c) for c in stored.get("classes") or []]


def looked_at(classes: list[Ends]) -> bool:
    """Whether any record is shown with where a net looks."""
    return any(r.look for c in classes for r in (*c.closest, *c.farthest))


def _of_class(block: Mapping[str, Any]) -> Ends:
    closest, farthest = (
        [
            EndRecord(
                str(r["record"]),
                bool(r["exposed"]),
                float(r["exposure"]),
                picture(r.get("image")),
                picture(r.get("look")),
            )
            for r in side
        ]
        for side in (block["closest"], block["farthest"])
    )
    near, far = (side[0].get("cells") or [] for side in (block["closest"], block["farthest"]))
    rows = [(str(c[0]), str(c[1]), str(d[1])) for c, d in zip(near, far)]
    return Ends(str(block["label"]), int(block["records"]), int(block["exposed"]), closest, farthest, rows[:MOST_CELLS])
