"""A finished audit, as Python sees it."""

import shutil
import weakref
from functools import cached_property
from pathlib import Path

import pandas as pd

from standout.run.folder import RunFolder, writable
from standout.run.tables import read_records


class Run:
    """An audit in its folder. `summary`: dict; `records`: DataFrame in the user's order; `exposed`: its exposed rows,
    most exposed first. A run without `out` lives in a temporary folder, which goes when this object does."""

    def __init__(self, path: str | Path, *, temporary: bool = False):
        self.path = Path(path)
        if temporary:
            weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
        RunFolder(self.path).refuse_unfinished()

    @cached_property
    def summary(self) -> dict:
        """summary.json."""
        content = RunFolder(self.path).read_json("summary.json")
        assert content is not None
        return content

    @cached_property
    def records(self) -> pd.DataFrame:
        """The records table, one row per record in the user's order; ids and labels as text."""
        return read_records(self.path)

    @property
    def exposed(self) -> pd.DataFrame:
        """The exposed records, most exposed first."""
        return self.records[self.records["exposed"]].sort_values("exposure", ascending=False, kind="stable")

    def report(self, path: str | Path) -> Path:
        """Copy the report, one self-contained HTML file, to `path`."""
        target = Path(path)
        page = (self.path / "report.html").read_bytes()
        with writable(target):
            target.write_bytes(page)
        return target

    def __repr__(self) -> str:
        exposed = self.summary["exposed"]
        return f"<Run {self.summary['dataset']['name']}: {exposed['count']} exposed, in {self.path}>"
