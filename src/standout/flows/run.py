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
    InputError. given: x, y, ids, groups, model and key of an audit from Python, for `defend` and `explain`."""

    def __init__(
        self, path: str | Path, *, temporary: bool = False, shard: str | None = None, given: dict | None = None
    ):
        self.path, self.shard, self._given = Path(path), shard, given or {}
        self._before: Run | None = None  # its temporary folder stands as long as somebody may look at it
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

    def report(self, path: str | Path, *, redact: bool = False, ids: bool = False) -> Path:
        """Copy the report, one self-contained HTML file, to `path`. redact: write it there without ids and contents of
        records, and leave the run's own as it is; ids: with ids all the same. Raises InputError for ids without redact,
        and where the file cannot be written."""
        target = Path(path)
        RunFolder(self.path).refuse_unfinished()
        if redact or ids:
            from standout.report.build import write_report

            write_report(RunFolder(self.path), redact=redact, ids=ids, to=target)
            return target
        page = (self.path / "report.html").read_bytes()
        with writable(target):
            target.write_bytes(page)
        return target

    def _handed_to(self, other: "Run") -> "Run":
        """Another Run of the same folder, which knows what this one was given."""
        other._given, other._before = self._given, self
        return other

    @cached_property
    def defences(self) -> dict:
        """defences.json; raises InputError where no defence was judged."""
        found = RunFolder(self.path).read_json("defences.json")
        if found is None:
            raise InputError(f"{self.path}: no defence was judged; run standout defend {self.path} --defence NAME")
        return found

    def defend(self, *defences: str, **how) -> "Run":
        """Judge defences on this audit, as `standout.defend(run, *defences, **how)`. x, y and model that the audit had
        from Python are needed where this is not the Run that it returned."""
        from standout.flows.defend import defend  # it returns a Run itself

        known = {name: self._given[name] for name in ("model", "key") if name in self._given}
        if how.get("x") is None and how.get("source") is None:
            known = self._given
        done = defend(self.path, *defences, **{**known, **how})
        self.__dict__.pop("defences", None)
        return self._handed_to(done)

    def explain(
        self, x=None, y=None, *, ids=None, groups=None, source: str | Path | None = None, quasi_identifiers=None
    ) -> "Run":
        """Characteristics, causes and report anew, from what is stored; nothing is trained. x, y, ids, groups: the data
        of an audit that was given them from Python, where this is not the Run that it returned; else they are read from
        where they were, or from `source`.
        quasi_identifiers: columns by which others may know a record."""
        from standout.flows.explain_run import explain_run  # it returns a Run itself

        if x is None and source is None and self._given:
            x, y, ids, groups = (self._given[name] for name in ("x", "y", "ids", "groups"))
        done = explain_run(self.path, x, y, ids=ids, groups=groups, source=source, quasi_identifiers=quasi_identifiers)
        return self._handed_to(done)

    def _repr_html_(self) -> str | None:
        """What a notebook shows; None, so that it shows the text, for a shard."""
        if self.shard is not None:
            return None
        from standout.report.notebook import of_run

        asked = (RunFolder(self.path).read_json("config.json") or {}).get("asked")
        redact = bool(isinstance(asked, dict) and asked.get("redact"))
        return of_run(self.summary, self.exposed, str(self.path / "report.html"), redact=redact)

    def __repr__(self) -> str:
        if self.shard is not None:
            return f"<Run: shard {self.shard}, in {self.path}>"
        exposed, models = self.summary["exposed"], self.summary["shadows"]["count"]
        sure = exposed["count"] or exposed["detectable"] is not None
        reach = "" if sure else f" (with {models} shadow models none is sure to be reported)"
        return f"<Run {self.summary['dataset']['name']}: {exposed['count']} exposed{reach}, in {self.path}>"
