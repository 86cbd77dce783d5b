"""Screening: one training, and the records that an audit would most likely expose at the head of a list."""

import shutil
import time
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from standout.errors import InputError
from standout.flows.options import whole
from standout.flows.place import path_of
from standout.flows.preparing import dataset_of
from standout.flows.screening import Screened, screened
from standout.recipes import recipe_of
from standout.run.folder import RunFolder
from standout.run.tables import table_as_csv
from standout.run.version import __version__

FILES = ("screen.csv", "screen.json")


class Screen:
    """A ranking of records. `records`: DataFrame in the user's order (record, label, rank, suspicion, characteristics);
    `summary`: dict; `path`: its folder, a temporary one without `out`, which goes with this object."""

    def __init__(self, path: Path, records: pd.DataFrame, summary: dict, *, temporary: bool = False):
        self.path, self.records, self.summary = path, records, summary
        if temporary:
            weakref.finalize(self, shutil.rmtree, path, ignore_errors=True)

    def first(self, count: int) -> pd.DataFrame:
        """The `count` records that rank highest, the highest first."""
        return self.records.sort_values("rank", kind="stable").head(count)

    def __repr__(self) -> str:
        return f"<Screen {self.summary['dataset']['name']}: {len(self.records)} records, in {self.path}>"


def screen(
    x,
    y=None,
    *,
    model: Any = "mlp",
    settings: dict | None = None,
    ids: Sequence | None = None,
    groups: Sequence | None = None,
    name: str | None = None,
    seed: int = 0,
    device: str = "auto",
    out: str | Path | None = None,
    note: Callable[[str], None] | None = None,
) -> Screen:
    """Train one model on all records, and rank them by how likely an audit would find them exposed.

    x, y, ids, groups, model, settings, seed, device: as `audit` takes them; groups matter to an audit alone. The
    ranking is the mean place by a few characteristics: with a net the quartile distance of the record's loss over the
    epochs, EL2N and the margin between class means; else the model's loss on the record and its neighbours' labels. It
    says who comes first, not how exposed anybody is: that takes an audit, of all records or, with
    records_from="screen", of the first ones.
    out: folder for screen.csv and screen.json; one of an earlier screening is written anew. Default a temporary one.

    Returns a Screen. Raises InputError, in one line, for whatever cannot be used; then nothing was made or changed.
    """
    start = time.perf_counter()
    seed = whole("seed", seed)
    if seed < 0:
        raise InputError(f"seed must be 0 or more, not {seed}")
    dataset = dataset_of(x, y, ids, groups, name)
    recipe = recipe_of(model, settings, device)
    notes = [*dataset.notes, *recipe.check(dataset)]
    folder = RunFolder.temporary() if out is None else RunFolder(path_of(out), FILES)
    if (folder.path / "config.json").exists():
        raise InputError(f"{folder.path} holds an audit; give another out")
    try:
        with folder.writing(shadows=False):
            found = screened(dataset, recipe, seed)
            folder.sweep()
            summary = {
                "schema": "standout-screen/1",
                "standout": __version__,
                "dataset": {"name": dataset.name, "kind": dataset.kind, "records": len(dataset),
                            "classes": len(dataset.classes)},
                "model": {"name": recipe.name, "settings": recipe.settings()},
                "seed": seed,
                "accuracy": {"train": found.accuracy},
                "ranked_by": list(found.by),
                "warnings": notes,
                "seconds": time.perf_counter() - start,
            }  # fmt: skip
            table = table_of(found)
            folder.write(FILES[0], table_as_csv(table))
            folder.write_json(FILES[1], summary)
    except BaseException:
        if out is None:
            folder.remove()
        raise
    return Screen(folder.path, table, summary, temporary=out is None)


def table_of(found: Screened) -> pd.DataFrame:
    """The ranking as a table, rows in the user's order."""
    records = found.records
    table = pd.DataFrame({
        "record": records.ids,
        "label": records.labels,
        "rank": found.rank,
        "suspicion": found.suspicion,
        **found.values,
    })  # fmt: skip
    return table.iloc[np.argsort(records.place, kind="stable")].reset_index(drop=True)
