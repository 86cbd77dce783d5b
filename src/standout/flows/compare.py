"""Finished runs side by side: figures, and what becomes of the same records."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from standout.flows.comparison.cautions import cautions
from standout.flows.comparison.figures import figures, table
from standout.flows.comparison.finished import Finished, finished
from standout.flows.comparison.pairs import all_pairs
from standout.flows.run import Run
from standout.report.compared import render_comparison
from standout.report.notebook import of_comparison
from standout.run.folder import RunFolder


@dataclass(frozen=True, eq=False)
class Comparison:
    """What `compare` found.

    table: DataFrame, a row per run: run (its short name), data, model, records, shadows, accuracy_test, accuracy_gap
    with its 95 % interval (_lo, _hi), verdict, attack (the main one) and its auc and tpr at FPR 0.1 % with 95 %
    intervals, fpr, above, exposed, share, detectable, causes, seconds, path; missing where a run does not know.
    records: DataFrame, a row per record that all runs have, in the order of the first: record, label (of the first
    run), and of each run `exposure NAME`, `exposure_lo NAME`, `exposure_hi NAME` and `exposed NAME`. Empty where the
    runs are of different data.
    pairs: for each two runs, how many records they have in common, Spearman's rank correlation of exposures,
    `clearly_higher` (95 % intervals that do not meet, which side is higher), and which records are exposed in both or
    in one alone; None where settings differ and it cannot be said.
    warnings: what must be known before figures are set against each other, a line each.
    redacted: whether a run was asked for a report without ids, so that the page of the comparison has none.
    """

    table: pd.DataFrame
    records: pd.DataFrame
    pairs: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...]
    runs: tuple[dict[str, Any], ...]
    redacted: bool = False

    def report(self, path: str | Path, *, redact: bool = False) -> Path:
        """Write one self-contained HTML file: runs side by side, pairs, the 200 records that differ most.

        redact: without ids and labels of records. Raises InputError where the file cannot be written.
        """
        target = Path(path)
        page = render_comparison(self.as_dict(), self.records, redact=redact or self.redacted)
        RunFolder(target.parent).write(target.name, page.encode("utf-8", "replace"))
        return target

    def as_dict(self) -> dict[str, Any]:
        """For machines: strict JSON, without the table of records."""
        return {
            "schema": "standout-compare/1",
            "runs": list(self.runs),
            "pairs": list(self.pairs),
            "warnings": list(self.warnings),
        }

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return of_comparison(self.as_dict())

    def __repr__(self) -> str:
        return f"<Comparison of {', '.join(self.table['run'])}>"


def compare(*runs: str | Path | Run) -> Comparison:
    """Set finished runs side by side: two or more run folders, or Runs.

    Nothing is trained or written. Raises InputError for fewer than two runs, a folder given twice, an unfinished audit,
    a shard, and files that are not what standout wrote.
    """
    read = finished(runs)
    rows = [figures(r) for r in read]
    pairs = all_pairs(read)
    together = all(p.compared for p in pairs)
    return Comparison(
        table(rows),
        shared(read if together else []),
        tuple(p.as_dict() for p in pairs),
        tuple(cautions(read, pairs)),
        tuple(rows),
        any(asked_to_redact(r) for r in read),
    )


def asked_to_redact(run: Finished) -> bool:
    """Whether this run's report shows no id."""
    asked = run.config.get("asked")
    return bool(isinstance(asked, dict) and asked.get("redact"))


def shared(runs: Sequence[Finished]) -> pd.DataFrame:
    """Exposure in each run of the records that all have."""
    if not runs:
        return pd.DataFrame({"record": pd.Series(dtype=str), "label": pd.Series(dtype=str)})
    ids = runs[0].records.index
    for run in runs[1:]:
        ids = ids[ids.isin(run.records.index)]
    columns: dict[str, Any] = {"record": ids, "label": runs[0].records.loc[ids, "label"].to_numpy()}
    for run in runs:
        for name in ("exposure", "exposure_lo", "exposure_hi", "exposed"):
            columns[f"{name} {run.name}"] = run.records.loc[ids, name].to_numpy()
    return pd.DataFrame(columns)
