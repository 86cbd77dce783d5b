"""Characteristics, causes and report of a finished run anew, from what it stores: nothing is trained or attacked."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from standout.attacks.smoothing import choose_smoothing
from standout.data.quasi import quasi_columns
from standout.estimate.prior import fit_signals
from standout.estimate.tails import fit_tails
from standout.explain.causes import CAUSES
from standout.flows.explaining import Explained, explain
from standout.flows.exploring import Signals, own_test, write_explorer
from standout.flows.overall import overall
from standout.flows.preparing import with_quasi
from standout.flows.run import Run
from standout.flows.screening import screening
from standout.flows.seen import seen
from standout.flows.seen_by_nets import ABSENT, OTHERWISE
from standout.flows.stored import Audit
from standout.report.build import write_report
from standout.run.tables import write_records
from standout.signals import smooth
from standout.threads import one_thread

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
    quasi_identifiers: str | Sequence[str] | None = None,
) -> Run:
    """Explain a finished audit again: characteristics, their strength, causes and report; exposure stays as it is.

    run: its folder. The data are read from where the audit had them; source: where they lie by now; x, y, ids, groups:
    those of an audit that was given them from Python. quasi_identifiers: columns by which others may know a record, in
    place of those that the audit was asked with; they are kept. Returns the Run. Raises InputError, in one line, where
    the folder holds no audit, or the data are not those; then nothing was changed.
    """
    start = time.perf_counter()
    audit = Audit.of(run, x, y, ids, groups, source, "explain it there, by Run.explain(x, y)")
    folder, config, summary, records, outputs = audit.folder, audit.config, audit.summary, audit.records, audit.outputs
    assert records.data is not None
    if quasi_identifiers is not None:
        config = {**config, "asked": with_quasi(config["asked"], quasi_columns(records.data, quasi_identifiers))}
    signal = outputs.signal("rescaled-logit")
    if outputs.rounded():
        signal = smooth(signal, choose_smoothing(signal, outputs.members).overall).astype(np.float32)
    table = audit.table
    exposed, exposure = table["exposed"].to_numpy(), table["exposure"].to_numpy()
    quasi = config["asked"].get("quasi_identifiers", ())
    explained = explain(records, outputs, signal, exposed, exposure, quasi)
    table = with_explanation(table, explained)
    told = overall(records, explained, table, summary["exposed"].get("variance"))
    fpr, members = summary["exposed"]["fpr"], outputs.members
    with one_thread():  # as the audit did
        noise = fit_signals(signal, members).noise_factor
        test = own_test(signal, members, fit_tails(signal, members, fpr, noise), noise)
    signals = Signals(signal, members, test, fpr)
    shown, arrays, lines = seen(config, records, outputs, table, explained.evidence, signals)
    with folder.writing(shadows=False):
        if quasi_identifiers is not None:
            folder.write_json("config.json", config)
        write_records(folder, table.iloc[np.argsort(records.place, kind="stable")].reset_index(drop=True))
        write_explorer(folder, arrays)
        drawn = folder.read_json("figures.json") or {}
        folder.write_json("figures.json", {**{k: drawn.get(k) for k in ("counted_at", "roc")}, **shown})
        took = time.perf_counter() - start
        folder.write_json("summary.json", {
            **summary,
            "warnings": [line for line in summary["warnings"] if line not in (ABSENT, OTHERWISE)] + lines,
            "causes": counted(explained),
            "characteristics": explained.strengths,
            **told,
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
