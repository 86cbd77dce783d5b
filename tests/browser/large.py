"""A run folder of many records with pictures and a map: what an audit of 50,000 images leaves, made in seconds."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from standout.data.dataset import Dataset
from standout.explain.projection import Panel
from standout.flows.exploring import VALUES, map_of, write_explorer
from standout.flows.sprite import sprite
from standout.report.build import write_report
from standout.run.folder import RunFolder
from standout.run.tables import write_records
from tests.report.conftest import CONFIG, SUMMARY

SIDE, CLASSES, MODELS = 32, 10, 64


def large(out: Path, records: int = 50_000, *, exposed: int = 1200, on_map: int = 10_000, seed: int = 2) -> None:
    """Write a run folder and its report. exposed: of the records; on_map: in the two panels together."""
    rng = np.random.default_rng(seed)
    out.mkdir(parents=True)
    folder = RunFolder(out)
    label = rng.integers(0, CLASSES, records)
    table = records_table(rng, label, exposed)
    chosen = np.argsort(-table["exposure"].to_numpy(), kind="stable")
    write_records(folder, table)
    write_explorer(folder, stored(rng, label, chosen, on_map))
    summary = json.loads(json.dumps(SUMMARY))
    summary["dataset"] |= {"name": "large", "records": records, "classes": CLASSES}
    summary["exposed"] |= {"count": exposed, "share": exposed / records}
    rates = np.geomspace(1e-5, 1, 400)
    curve = {"fpr": [0.0, *rates], "tpr": [0.0, *np.sqrt(rates)], "non_members": MODELS * records // 2}
    figures = {"roc": {"loss": {**curve, "tpr": curve["fpr"]}, "lira": curve}, "exposed": [], "typical": {}}
    for name, content in (("summary.json", summary), ("figures.json", figures), ("config.json", CONFIG)):
        folder.write_json(name, content)
    write_report(folder)


def records_table(rng: np.random.Generator, label: np.ndarray, exposed: int) -> pd.DataFrame:
    """A records table in which `exposed` records, drawn at random, are exposed."""
    n = len(label)
    found = np.zeros(n, dtype=bool)
    found[rng.permutation(n)[:exposed]] = True
    exposure = np.where(found, rng.uniform(0.2, 0.999, n), rng.beta(0.5, 40, n))
    hits = rng.binomial(MODELS // 2, exposure)
    cause = np.where(found, rng.choice(["suspect label", "outlier", "between classes", "rare"], n), "")
    return pd.DataFrame(
        {
            "record": [f"image-{i:06d}.png" for i in range(n)], "label": [f"class {c}" for c in label],
            "exposure": exposure, "exposure_lo": exposure * 0.7, "exposure_hi": np.minimum(exposure * 1.3, 1),
            "doubt": np.where(found, 0.01, 0.9), "hits": hits, "trials": MODELS // 2,
            "false_hits": rng.binomial(MODELS // 2, 0.001, n), "false_trials": MODELS // 2, "exposed": found,
            "effect": rng.normal(1, 1, n), "memorization": rng.uniform(-0.1, 1, n), "out_loss": rng.exponential(1, n),
            "cause": cause, "reason": np.where(found, "labelled so; 9 of its 10 nearest neighbours are otherwise", ""),
            "action": np.where(found, "check the label", ""),
        }
    )  # fmt: skip


def stored(rng: np.random.Generator, label: np.ndarray, chosen: np.ndarray, on_map: int) -> dict[str, np.ndarray]:
    """explorer.npz: signals and neighbours of some, pictures of thousands, and the map."""
    n, told = len(label), chosen[: VALUES // MODELS]
    place, reach = np.arange(n), {"low": -5, "high": 9, "threshold": 6}
    pictures = rng.integers(0, 256, (4000, SIDE // 4, SIDE // 4, 3)).repeat(4, axis=1).repeat(4, axis=2)
    pictures = np.clip(pictures + rng.integers(-20, 21, (4000, SIDE, SIDE, 3)), 0, 255).astype(np.uint8)
    drawn = sprite(Dataset(pictures, np.arange(4000) % 2, kind="image"), range(4000))
    drawn["picture_row"] = chosen[drawn.pop("picture_of")].astype(np.int32)
    panels = []
    for model, rows in enumerate(np.array_split(np.sort(rng.permutation(n)[:on_map]), 2)):
        angle = 2 * np.pi * label[rows] / CLASSES
        at = 0.5 + 0.33 * np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(0, 0.05, (len(rows), 2))
        panels.append(Panel(model, rows, np.clip(at, 0, 1), n // 2, len(rows)))
    return {
        "row": told.astype(np.int32), **{k: np.full(len(told), v, np.float32) for k, v in reach.items()},
        "value": rng.integers(0, 256, (len(told), MODELS), dtype=np.uint8), "side": np.ones(len(told), np.int8),
        "member": rng.random((len(told), MODELS)) < 0.5, "accused": rng.random((len(told), MODELS)) < 0.5,
        "near": rng.integers(0, n, (len(told), 6)).astype(np.int32),
        **drawn, **map_of(panels, place),
    }  # fmt: skip
