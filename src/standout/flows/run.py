"""A finished audit, as Python sees it."""

import shutil
import weakref
from functools import cached_property
from pathlib import Path

import pandas as pd

from standout.errors import InputError
from standout.run.folder import RunFolder, writable
from standout.run.tables import read_records


class Run:
    """An audit in its folder. `summary`: dict; `records`: DataFrame in the user's order; `exposed`: its exposed rows,
    most exposed first. A run without `out` lives in a temporary folder, which goes when this object does.

    shard: `i/n` where this is a part of an audit, which has a path and no figures; asked for those, it raises
    InputError."""

    def __init__(self, path: str | Path, *, temporary: bool = False, shard: str | None = None):
        self.path, self.shard = Path(path), shard
        if temporary:
            weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
        if shard is None:
            RunFolder(self.path).refuse_unfinished()

    @cached_property
    def summary(self) -> dict:
        """summary.json."""
        RunFolder(self.path).refuse_unfinished()
        content = RunFolder(self.path).read_json("summary.json")
        assert content is not None
        return content

    @cached_property
    def records(self) -> pd.DataFrame:
        """The records table, one row per record in the user's order; ids and labels as text."""
        RunFolder(self.path).refuse_unfinished()
        return read_records(self.path)

    @property
    def exposed(self) -> pd.DataFrame:
        """The exposed records, most exposed first."""
        return self.records[self.records["exposed"]].sort_values("exposure", ascending=False, kind="stable")

    def report(self, path: str | Path) -> Path:
        """Copy the report, one self-contained HTML file, to `path`."""
        RunFolder(self.path).refuse_unfinished()
        target = Path(path)
        page = (self.path / "report.html").read_bytes()
        with writable(target):
            target.write_bytes(page)
        return target

    @cached_property
    def defences(self) -> dict:
        """defences.json; raises InputError where no defence was judged."""
        found = RunFolder(self.path).read_json("defences.json")
        if found is None:
            raise InputError(f"{self.path}: no defence was judged; run standout defend {self.path} --defence NAME")
        return found

    def defend(self, *defences: str, **how) -> "Run":
        """Judge defences on this audit, as `standout.defend(run, *defences, **how)`; with x, y and model where the
        audit had them from Python."""
        from standout.flows.defend import defend  # it returns a Run itself

        return defend(self.path, *defences, **how)

    def explain(
        self, x=None, y=None, *, ids=None, groups=None, source: str | Path | None = None, quasi_identifiers=None
    ) -> "Run":
        """Characteristics, causes and report anew, from what is stored; nothing is trained. x, y, ids, groups: the data
        of an audit that was given them from Python; else they are read from where they were, or from `source`.
        quasi_identifiers: columns by which others may know a record."""
        from standout.flows.explain_run import explain_run  # it returns a Run itself

        return explain_run(self.path, x, y, ids=ids, groups=groups, source=source, quasi_identifiers=quasi_identifiers)

    def __repr__(self) -> str:
        if self.shard is not None:
            return f"<Run: shard {self.shard}, in {self.path}>"
        exposed = self.summary["exposed"]
        return f"<Run {self.summary['dataset']['name']}: {exposed['count']} exposed, in {self.path}>"
