"""Characteristics, causes and report of a finished run anew, from what it stores: nothing is trained or attacked."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from standout.attacks.smoothing import choose_smoothing
from standout.errors import InputError
from standout.explain.causes import CAUSES
from standout.flows.exhibits import exhibits
from standout.flows.explaining import Explained, explain
from standout.flows.place import path_of, scored, well_formed
from standout.flows.run import Run
from standout.flows.screening import screening
from standout.flows.stored import members_again, records_again
from standout.report.build import write_report
from standout.run.folder import RunFolder
from standout.run.tables import read_records, write_records
from standout.shadows.store import Shadows
from standout.signals import smooth

BEFORE, AFTER = "memorization", "cause"
"""Columns of the records table that characteristics stand between."""


def explain_run(
    run: str | Path,
    x=None,
    y=None,
    *,
    ids: Sequence | None = None,
    groups: Sequence | None = None,
    source: str | Path | None = None,
) -> Run:
    """Explain a finished audit again: characteristics, their strength, causes and report; exposure stays as it is.

    run: its folder. The data are read from where the audit had them; source: where they lie by now; x, y, ids, groups:
    those of an audit that was given them from Python. Returns the Run. Raises InputError, in one line, where the folder
    holds no audit, or the data are not those; then nothing was changed.
    """
    start = time.perf_counter()
    folder = RunFolder(path_of(run, "run"))
    folder.refuse_unfinished()
    config, summary = folder.read_json("config.json"), folder.read_json("summary.json")
    if config is None or summary is None or not well_formed(config):
        raise InputError(f"{folder.path} is not what standout wrote; run the audit again")
    if scored(config["parts"]):
        raise InputError(f"{folder.path} was made by standout score, which keeps no outputs: run that again")
    records = records_again(config, x, y, ids, groups, source, "its models", "explain it there, by Run.explain(x, y)")
    assert records.data is not None
    count = summary["shadows"]["count"]
    members = members_again(config, records, count)
    outputs = Shadows(folder, config["key"], config["plan"]["seeds"][:count], members)
    signal = outputs.signal("rescaled-logit")
    if outputs.rounded():
        signal = smooth(signal, choose_smoothing(signal, members).overall).astype(np.float32)
    table = read_records(folder.path).iloc[records.place].reset_index(drop=True)
    if table["record"].tolist() != records.ids.tolist():
        raise InputError(f"{folder.path / 'records.csv'} does not hold the records of this audit; run the audit again")
    exposed, exposure = table["exposed"].to_numpy(), table["exposure"].to_numpy()
    explained = explain(records, outputs, signal, exposed, exposure)
    table = with_explanation(table, explained)
    with folder.writing(shadows=False):
        write_records(folder, table.iloc[np.argsort(records.place, kind="stable")].reset_index(drop=True))
        drawn = folder.read_json("figures.json") or {}
        hidden = config["asked"].get("redact")
        shown = {} if hidden else exhibits(records.data, table, explained.evidence)
        folder.write_json("figures.json", {**{k: drawn.get(k) for k in ("counted_at", "roc")}, **shown})
        took = time.perf_counter() - start
        folder.write_json("summary.json", {
            **summary,
            "causes": counted(explained),
            "characteristics": explained.strengths,
            "screening": screening(explained, exposed, exposure),
            "seconds": {**summary["seconds"], "explain": took},
        })  # fmt: skip
        write_report(folder)
    return Run(folder.path)


def with_explanation(table: pd.DataFrame, explained: Explained) -> pd.DataFrame:
    """The records table with characteristics and causes in place of those that it had; same order of rows."""
    columns = table.columns.tolist()
    before = columns[: columns.index(BEFORE) + 1]
    after = columns[columns.index(AFTER) + len(("cause", "reason", "action")) :]
    why = explained.why
    told = pd.DataFrame({**explained.values, "cause": why.cause, "reason": why.reason, "action": why.action})
    return pd.concat([table[before], told, table[after]], axis=1)


def counted(explained: Explained) -> dict[str, int]:
    """How many exposed records have each cause."""
    return {cause: int((explained.why.cause == cause).sum()) for cause in CAUSES}
