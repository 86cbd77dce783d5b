"""The figures of runs, one row each."""

from typing import Any

import pandas as pd

from standout.errors import InputError
from standout.flows.comparison.finished import Finished

RATE = "0.001"
"""The false-positive rate at which TPR is put side by side."""


def figures(run: Finished) -> dict[str, Any]:
    """One row; None where a run does not know. Raises InputError where summary.json lacks what it must hold."""
    s = run.summary
    try:
        exposed, accuracy = s["exposed"], s["accuracy"]
        attack = s["attacks"][exposed["attack"]]
        cell = attack["tpr_at_fpr"].get(RATE)
        return {
            "run": run.name,
            "data": s["dataset"]["name"],
            "model": s["model"]["name"],
            "records": s["dataset"]["records"],
            "shadows": s["shadows"]["count"],
            "accuracy_test": accuracy["test"],
            "accuracy_gap": accuracy["gap"],
            "accuracy_gap_lo": accuracy["gap_ci"] and accuracy["gap_ci"][0],
            "accuracy_gap_hi": accuracy["gap_ci"] and accuracy["gap_ci"][1],
            "verdict": accuracy["verdict"],
            "attack": exposed["attack"],
            "auc": attack["auc"],
            "auc_lo": attack["auc_ci"][0],
            "auc_hi": attack["auc_ci"][1],
            "tpr": cell and cell["tpr"],
            "tpr_lo": cell and cell["ci"][0],
            "tpr_hi": cell and cell["ci"][1],
            "fpr": exposed["fpr"],
            "above": exposed["above"],
            "exposed": exposed["count"],
            "share": exposed["share"],
            "detectable": exposed["detectable"],
            "causes": {cause: n for cause, n in s["causes"].items() if n},
            "seconds": s["seconds"]["total"],
            "path": str(run.path),
        }
    except (KeyError, TypeError, IndexError, AttributeError) as e:
        raise InputError(f"{run.path / 'summary.json'} is not what standout wrote ({e}); run the audit again") from e


def table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a frame; causes as one text."""
    return pd.DataFrame([{**r, "causes": ", ".join(f"{c} {n}" for c, n in r["causes"].items())} for r in rows])
