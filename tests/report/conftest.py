"""Run folders made by hand: what a finished audit leaves, with any part replaced."""

import base64
import io
import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from standout.report.build import write_report
from standout.run.folder import RunFolder
from standout.run.tables import write_records

TPR = {"0.01": {"tpr": 0.0746, "ci": [0.0716, 0.0769]}, "0.001": {"tpr": 0.036, "ci": [0.0321, 0.0387]}, "0.0001": None}
ATTACK = {
    "auc": 0.6152, "auc_ci": [0.6118, 0.6184], "advantage": 0.137, "calibration": "shadow", "achieved_fpr": 0.00099,
    "tpr_at_fpr": TPR, "tpr_at_fpr_target_calibrated": {"0.01": 0.0744, "0.001": 0.0346, "0.0001": None},
    "shadow_calibrated": {"0.01": {"tpr": 0.0731, "fpr": 0.0103}, "0.001": None, "0.0001": None},
    "precision_at_prior": {"0.5": 0.973, "0.1": 0.801, "0.01": 0.268},
    "precision_at_prior_ci": {"0.5": [0.968, 0.979], "0.1": [0.774, 0.838], "0.01": None}, "epsilon_lower_bound": None,
}  # fmt: skip
SUMMARY: dict[str, Any] = {
    "schema": "standout/1", "standout": "0.1.0", "key": "d80bae151e9f8993" * 4, "warnings": [],
    "dataset": {"name": "digits", "kind": "image", "records": 40, "classes": 2},
    "model": {"name": "mlp", "parameters": 50826, "records_per_parameter": 0.0177},
    "shadows": {"count": 64, "seed": 0, "fraction": 0.5, "members_per_model": 20},
    "accuracy": {"train": 1.0, "test": 0.9732, "gap": 0.0268, "gap_ci": [0.0257, 0.028], "verdict": "not overfitted"},
    "attacks": {"loss": {**ATTACK, "auc": 0.5229, "auc_ci": [0.5212, 0.5247]}, "lira": ATTACK},
    "exposed": {
        "attack": "lira", "fpr": 0.001, "above": 0.1, "count": 4, "share": 0.1, "detectable": 0.225,
        "own_fpr_seen": {"all": 0.00106, "exposed": 0.0012, "ci": [0.0, 0.0024]},
        "stability": {"jaccard": 0.677, "limit": 0.724, "models": 32},
    },
    "causes": {"suspect label": 2, "outlier": 1, "between classes": 1, "rare": 0, "hard": 0, "unexplained": 0},
    "characteristics": {
        "centroid_distance": {"auroc": 0.896, "ci": [0.87, 0.919], "spearman": -0.049},
        "out_loss": {"auroc": 0.994, "ci": [0.991, 0.997], "spearman": 0.038},
    },
    "taxonomy": ["NISTAML.033"], "policy": None,
    "seconds": {"shadows": 10.3, "attacks": 2.8, "explain": 0.07, "report": 0.07, "total": 13.2},
}  # fmt: skip
CONFIG: dict[str, Any] = {
    "model": {"name": "mlp", "settings": {"hidden": [256, 128], "lr": 0.001, "device": "cpu"}},
    "dataset": {"name": "digits"},
    "asked": {"source": ["digits"], "model": "mlp", "shadows": 64, "fraction": 0.5, "seed": 0, "fpr": 0.001,
              "exposed_above": 0.1},
    "parts": {"libraries": {"python": "3.11", "numpy": "2.4.6"}},
}  # fmt: skip


def picture(shade: int, side: int = 8) -> str:
    """A picture of one shade as a data URI: different shades are different texts."""
    buffer = io.BytesIO()
    Image.fromarray(np.full((side, side), shade % 256, dtype=np.uint8)).save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def table(ids: list[str], exposed: int, label: str = "a") -> pd.DataFrame:
    """A records table: the first `exposed` records are exposed, the first one most."""
    n = len(ids)
    found = np.arange(n) < exposed
    causes = np.resize(["suspect label", "outlier", "between classes", "suspect label"], n)
    exposure = np.where(found, np.linspace(0.99, 0.2, n), np.linspace(0.08, 0.001, n))
    return pd.DataFrame(
        {
            "record": ids, "label": label, "exposure": exposure, "exposure_lo": exposure * 0.8,
            "exposure_hi": np.minimum(exposure * 1.2, 1), "doubt": 1 - exposure, "hits": 31, "trials": 32,
            "false_hits": 0, "false_trials": 32, "precision": 1.0, "exposed": found, "effect": 4.0, "memorization": 0.5,
            "centroid_distance": 1.0, "out_loss": 2.0, "cause": np.where(found, causes, ""),
            "reason": np.where(found, f"labelled {label}; 9 of its 10 nearest neighbours are b", ""),
            "action": np.where(found, "check the label", ""),
        }
    )  # fmt: skip


def drawn(ids: list[str], label: str = "a") -> dict:
    """figures.json with a picture of its own for each id."""
    rates = np.geomspace(1 / 1280, 1, 50)
    curve = {"fpr": [0.0, *rates], "tpr": [0.0, *np.sqrt(rates)], "non_members": 1280}
    return {
        "roc": {"loss": {**curve, "tpr": curve["fpr"]}, "lira": curve},
        "exposed": [{"record": r, "image": picture(i)} for i, r in enumerate(ids)],
        "typical": {label: {"image": picture(200)}},
    }


@pytest.fixture
def page(tmp_path: Path) -> Callable[..., str]:
    """page(...) writes a run folder and its report, and returns the report as text.

    ids, exposed, label: of the records table; summary: blocks that replace those of SUMMARY, merged one level deep;
    figures, config: in place of the usual ones, None for no such file; records: a whole table.
    """
    count = iter(range(1000))

    def make(ids=None, exposed=4, label="a", summary=None, figures="usual", config=CONFIG, records=None) -> str:
        folder = RunFolder(tmp_path / str(next(count)))
        folder.path.mkdir()
        ids = [f"r{i}" for i in range(40)] if ids is None else ids
        content = deepcopy(SUMMARY)
        content["dataset"]["records"] = len(ids)
        content["exposed"] |= {"count": exposed, "share": exposed / len(ids)}
        for block, value in (summary or {}).items():
            content[block] = content[block] | value if isinstance(value, dict) and content.get(block) else value
        write_records(folder, table(ids, exposed, label) if records is None else records)
        for name, what in (
            ("summary.json", content),
            ("figures.json", drawn(ids[:exposed], label) if figures == "usual" else figures),
            ("config.json", config),
        ):
            if what is not None:
                (folder.path / name).write_text(json.dumps(what), encoding="utf-8")
        write_report(folder)
        first = (folder.path / "report.html").read_bytes()
        write_report(folder)
        assert first == (folder.path / "report.html").read_bytes(), "the same folder gives the same bytes"
        return first.decode("utf-8")

    return make
