"""What needs an extra: checked where it is installed, said where it is not."""

import importlib.util
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from standout.data.builtin import digits
from standout.flows.audit import audit
from standout.flows.checks.outcome import Check
from standout.flows.checks.planted import FOUND, judged, with_false_labels
from standout.run.folder import RunFolder
from standout.run.tables import read_records, write_records

AWKWARD = ["007", "1e3", "=1+1", "'quoted", "a,b", '"', "NA", "", "é\n"]
"""Ids that must come back from a file as they were."""


def missing(name: str, module: str, extra: str) -> Check | None:
    """The line for what is not installed, or None where it is."""
    if importlib.util.find_spec(module) is None:
        return Check(name, None, f"not checked, needs standout[{extra}]")
    return None


def mlp() -> Check:
    """Nets trained in stacks: digits with a false label."""
    if (absent := missing("mlp", "torch", "torch")) is not None:
        return absent
    data, planted = with_false_labels(digits().take(np.arange(600)), 12)
    settings = {"hidden": (64,), "epochs": 100}
    with TemporaryDirectory(prefix="standout-selfcheck-") as folder:
        run = audit(data, model="mlp", settings=settings, device="cpu", shadows=32, jobs=1, out=Path(folder) / "run")
        return judged("mlp", run, planted, demanded=round(FOUND * planted.sum()))


def tables() -> Check:
    """records.csv gives ids back as they were."""
    table = pd.DataFrame({"record": AWKWARD, "exposure": np.linspace(0, 1, len(AWKWARD))})
    with TemporaryDirectory(prefix="standout-selfcheck-") as folder:
        write_records(RunFolder(folder), table)
        back = read_records(Path(folder))
    kept = int((back["record"] == table["record"]).sum()) if len(back) == len(table) else 0
    exact = bool(back["exposure"].equals(table["exposure"]))
    line = f"{kept} of {len(AWKWARD)} awkward ids and {'all' if exact else 'not all'} figures come back as they were"
    return Check("records.csv", kept == len(AWKWARD) and exact, line)


def parquet() -> Check:
    """records.parquet gives the table back, bit by bit."""
    if (absent := missing("records.parquet", "pyarrow", "parquet")) is not None:
        return absent
    table = pd.DataFrame({"record": AWKWARD, "exposure": np.linspace(0, 1, len(AWKWARD)), "exposed": True})
    with TemporaryDirectory(prefix="standout-selfcheck-") as folder:
        write_records(RunFolder(folder), table)
        back = pd.read_parquet(Path(folder) / "records.parquet")
    same = all(back[column].tolist() == table[column].tolist() for column in table.columns)
    return Check(
        "records.parquet", same, f"{len(AWKWARD)} awkward ids and figures come back {'exactly' if same else 'changed'}"
    )
