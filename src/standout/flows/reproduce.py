"""The paper's tables made again: one audit of its original row, its other rows as defences, and both side by side."""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from standout.data.dataset import Dataset
from standout.data.source import load
from standout.defend.judge import Treated
from standout.defend.table import CONTROL
from standout.errors import InputError
from standout.flows.audit import audit
from standout.flows.defend import NOBODY, outputs_of, recipe_again, treated
from standout.flows.ends import DISTANCES
from standout.flows.options import whole
from standout.flows.place import path_of
from standout.flows.reproduction.beside import crossed, selection
from standout.flows.reproduction.claims import judged, like_accuracy
from standout.flows.reproduction.drawn import drawn
from standout.flows.reproduction.mapped import RATE, mapped
from standout.flows.reproduction.paper import NAMES, PAPER, TITLE, told
from standout.flows.reproduction.rows import FIGURES, FPR, Measured, by_chance
from standout.flows.reproduction.scales import STANDS, Rows, Scale, chosen, scale_of
from standout.flows.run import Run
from standout.flows.stored import Audit
from standout.recipes import recipe_of
from standout.report.reproduction import write_reproduction
from standout.run.folder import RunFolder

OURS = ("audit", "reproduction.json", "reproduction.md", "reproduction.html")
"""What lies in the folder of a reproduction."""
ORIGINAL = "original"


@dataclass(frozen=True)
class Reproduction:
    """path: its folder; content: what reproduction.json there holds."""

    path: Path
    content: dict


STRENGTHS = 8
"""Characteristics that are shown."""


def reproduce(
    dataset: str,
    data: str | Path | None,
    *,
    scale: str = "small",
    rows: Sequence[str] | None = None,
    shadows: int | None = None,
    seed: int = 0,
    device: str = "auto",
    jobs: int | None = None,
    out: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    note: Callable[[str], None] | None = None,
) -> Reproduction:
    """Train the rows of the paper's tables on a data set, attack them as it did and as an audit does, and judge its
    claims.

    dataset: cifar10, purchase100, texas100, or a stand-in for Purchase100, location30 or retail100; data: the folder
    with its files. scale: "small" or "paper". rows: keys of those to train, or "all"; default all but those
    that the scale leaves out. shadows: models of each row,
    default that of the scale. out: folder, default runs/reproduction-DATASET-SCALE: an audit with its defences, in
    which models are found again, beside reproduction.json, .md and .html. progress, note: as in audit.
    Raises InputError, in one line, for whatever cannot be used; then nothing was made or changed.
    """
    plan = scale_of(dataset, scale)
    wanted = chosen(plan.rows, None if rows is None else list(rows), plan.waits)
    return reproduce_as(
        plan, wanted, load(dataset, data=data), scale=scale, shadows=shadows, seed=seed, device=device, jobs=jobs,
        out=out, progress=progress, note=note,
    )  # fmt: skip


def reproduce_as(
    plan: Scale,
    wanted: Rows,
    whole_set: Dataset,
    *,
    scale: str,
    shadows: int | None = None,
    seed: int = 0,
    device: str = "auto",
    jobs: int | None = None,
    out: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    note: Callable[[str], None] | None = None,
) -> Reproduction:
    """As `reproduce`, by a plan of one's own: which rows, on which data."""
    seed = whole("seed", seed)
    if seed < 0:
        raise InputError(f"seed must be 0 or more, not {seed}")
    dataset = subset(whole_set, plan.subset, seed)
    recipe = recipe_of(plan.model, plan.settings, device)
    for text in wanted.values():
        treated(recipe, text, NOBODY).check(dataset)
    place = Path("runs") / f"reproduction-{dataset.name}-{scale}" if out is None else path_of(out)
    folder = RunFolder(place, OURS)
    with folder.writing(shadows=False):
        run = audit(
            dataset, model=plan.model, settings=plan.settings, shadows=plan.shadows if shadows is None else shadows,
            records=None if plan.audited == 1 else round(plan.audited * len(dataset)), attacks=("lira", "moderated"),
            seed=seed, device=device, jobs=jobs, out=folder.path / "audit", progress=progress, note=note,
        )  # fmt: skip
        if wanted:
            run = run.defend(*wanted.values(), jobs=jobs, progress=progress, note=note)
        if note:
            note("figures of all rows")
        own = Audit.of(run.path, dataset, None, None, None, None, "give it again")
        found = content(own, run, plan, wanted, scale, whole_set, again(whole_set.name, scale, shadows, seed, out))
        folder.write_json("reproduction.json", found)
        write_reproduction(folder)
    return Reproduction(folder.path, found)


def subset(dataset: Dataset, records: int | None, seed: int) -> Dataset:
    """So many records, drawn at random in the order of ids; all of them where that is None or as many."""
    if records is None or records >= len(dataset):
        return dataset
    order = dataset.id_order()
    rows = np.random.default_rng(np.random.SeedSequence([seed, 5])).choice(len(order), records, replace=False)
    few = dataset.take(np.sort(order[rows]))
    return replace(few, origin=(), notes=(*dataset.notes, f"{records:,} of {len(dataset):,} records, drawn at random"))


def content(
    audit: Audit, run: Run, plan: Scale, wanted: Rows, scale: str, whole_set: Dataset, asked: str
) -> dict:  # fmt: skip
    """What reproduction.json holds, of an audit that has all rows `wanted` as defences. asked: the command."""
    assert audit.records.data is not None
    labels, recipe = audit.records.data.y, recipe_again(audit, None)
    texts = {ORIGINAL: CONTROL, **wanted}
    measured = {
        key: Measured(Treated(audit.outputs if not wanted else outputs_of(audit, text, recipe, NOBODY), labels))
        for key, text in texts.items()
    }
    name = whole_set.name
    stands = STANDS.get(name)
    paper = told(stands or name)
    blocks = run.defences if wanted else None
    rows = {
        key: block(key, text, measured, paper.get(key), stands is None, blocks, audit) for key, text in texts.items()
    }
    exposed = audit.table["exposed"].to_numpy()
    original = measured[ORIGINAL].treated
    drawn_nets = Treated(audit.outputs, labels)  # those of the map; the row `original` is the control, trained anew
    found = crossed(original.rescaled, audit.members, exposed, distance_of(audit.table))
    marked = (found[str(RATE)] or {}).get("vulnerable_out")
    figures = audit.folder.read_json("figures.json") or {}
    summary = audit.summary
    return {
        "schema": "standout-reproduction/1",
        "paper": PAPER,
        "title": TITLE,
        "dataset": {
            "name": name, "records": len(audit.records), "in_all": len(whole_set), "stands_for": stands,
            "notes": list(audit.records.data.notes),
        },
        "scale": scale,
        "departs": list(plan.departs),
        "model": {**summary["model"], "settings": audit.config["model"]["settings"]},
        "shadows": summary["shadows"],
        "accuracy": summary["accuracy"],
        "exposed": summary["exposed"],
        "attacks": {a: summary["attacks"][a] for a in ("moderated", "lira")},
        "by_chance": by_chance(audit.members),
        "rows": rows,
        "left_out": [
            {"row": key, "name": NAMES[key], "defence": text} for key, text in plan.rows.items() if key not in wanted
        ],
        "vulnerable": found,
        "selection": selection(traces_of(audit), audit.members),
        "causes": summary["causes"],
        "strengths": strengths(summary["characteristics"]),
        "like_accuracy": like_accuracy(rows),
        "claims": [claim.told() for claim in judged(rows, summary, marked)],
        "drawn": {
            key: drawn(measured[key].treated) for key in ("original", "label-smoothing", "l2-dropout-25", "reweighted")
            if key in measured
        },
        "map": mapped(audit.folder.path, figures.get("map"), audit.records.place, drawn_nets.rescaled, audit.members),
        "ends": figures.get("ends"),
        "again": asked,
    }  # fmt: skip


def block(
    key: str,
    text: str,
    measured: dict[str, Measured],
    paper: dict | None,
    same_data: bool,
    defences: dict | None,
    audit: Audit,
) -> dict:
    """One row: the paper's figures, ours, their difference where the data are the same, what is changed from the
    original, and what the paper did not do."""
    own = measured[key]
    ours, summary = own.targets.told(), audit.summary
    if defences is None or text == CONTROL:
        base = None if defences is None else defences["baseline"]
        adaptive = base["adaptive"] if base else {**own.strong["moderated"], "attack": "moderated"}
        after = next(iter(defences["defences"].values()))["exposed_before"] if defences else None
        exposure = {
            "count": summary["exposed"]["count"],
            "mean": after["exposure"] if after else None,
            "ci": after["exposure_ci"] if after else None,
            "newly": None,
        }
        more = {"epsilon": None, "changed_predictions": None}
    else:
        told = defences["defences"][text]
        adaptive, before = told["adaptive"], told["exposed_before"]
        exposure = {
            "count": before["count"], "mean": before["exposure_after"], "ci": before["exposure_after_ci"],
            "newly": told["newly_exposed"],
        }  # fmt: skip
        more = {"epsilon": told["epsilon"], "changed_predictions": told["changed_predictions"]}
    difference = None
    if paper is not None and same_data:
        difference = {
            name: {"value": ours[name]["value"] - paper[name], "ci": [v - paper[name] for v in ours[name]["ci"]]}
            for name in FIGURES
        }
    return {
        "name": NAMES[key],
        "defence": text,
        "paper": None if paper is None else {name: paper[name] for name in ("name", *FIGURES)},
        "ours": ours,
        "difference": difference,
        "change": own.targets.beside(measured[ORIGINAL].targets),
        "strong": {name: {"auc": f["auc"], "auc_ci": f["auc_ci"], "tpr": f["tpr_at_fpr"][f"{FPR:g}"]}
                   for name, f in own.strong.items()},
        "adaptive": adaptive,
        "exposure": exposure,
        **more,
    }  # fmt: skip


def traces_of(audit: Audit) -> dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Of the models that were traced: epochs int (E,), losses (E, N), right bool (E, N)."""
    epochs, losses, right = (audit.outputs.kept(f"trace_{part}") for part in ("epochs", "losses", "right"))
    count = audit.members.shape[1]
    return {
        m: (epochs[m], losses[m], np.unpackbits(right[m], axis=1, count=count).astype(bool))
        for m in epochs if m in losses and m in right
    }  # fmt: skip


def distance_of(table: pd.DataFrame) -> np.ndarray | None:
    """Of each record to the middle of its class, by what nets that never saw it make of it or else by its columns."""
    return next((table[name].to_numpy(dtype=float) for name in DISTANCES if name in table), None)


def strengths(characteristics: dict) -> list[dict]:
    """The characteristics that tell exposed records from others best, either way: {"name", "auroc", "ci"}."""
    known = [
        {"name": name, "auroc": c["auroc"], "ci": c.get("ci")}
        for name, c in characteristics.items() if c.get("auroc") is not None
    ]  # fmt: skip
    return sorted(known, key=lambda c: -abs(c["auroc"] - 0.5))[:STRENGTHS]


def again(name: str, scale: str, shadows: int | None, seed: int, out: str | Path | None) -> str:
    """The command that makes this again, but for the rows that it asks for."""
    words = ["standout", "reproduce", "beyond-overfitting", "--data", "DIR", "--dataset", name, "--scale", scale]
    more = {"--shadows": shadows, "--seed": seed or None, "--out": out}
    return shlex.join([*words, *(str(w) for flag, v in more.items() if v is not None for w in (flag, v))])
