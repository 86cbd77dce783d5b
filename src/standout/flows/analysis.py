"""From stored models to figures: everything after training, nothing that trains. Reads and writes the run folder."""

import time

import numpy as np
import pandas as pd

from standout.attacks.moments import Moments, moments_of
from standout.attacks.smoothing import choose_smoothing
from standout.data.dataset import Dataset
from standout.errors import listed
from standout.estimate.detectable import detectable
from standout.estimate.estimate import estimate
from standout.estimate.own_rate import own_fpr_seen
from standout.estimate.stability import stability
from standout.explain import CHARACTERISTICS, Evidence
from standout.explain.association import association
from standout.explain.causes import CAUSES, verdicts
from standout.flows.exhibits import exhibits
from standout.flows.options import Options
from standout.flows.rounds import Rounds
from standout.flows.scores import scores_of
from standout.measure.figures import attack_figures, counting_fpr, rate
from standout.measure.overfitting import accuracy_and_gap
from standout.measure.precision import record_precision
from standout.measure.roc import Roc
from standout.recipes import Recipe
from standout.run.folder import RunFolder
from standout.run.tables import write_records
from standout.run.version import __version__
from standout.shadows.store import Shadows
from standout.signals import smooth


def analyse(
    folder: RunFolder,
    config: dict,
    dataset: Dataset,
    recipe: Recipe,
    shadows: Shadows,
    options: Options,
    warnings: list[str],
    rounds: Rounds,
    *,
    seconds: float,
) -> None:
    """Attack, measure, estimate, explain; write summary.json, records.csv, figures.json. dataset: the user's order."""
    clock = [time.perf_counter()]
    order = dataset.id_order()
    by_id = dataset.take(order)
    members = shadows.members
    stable = rounds.block()
    warnings = [*warnings, *rounds.warnings(stable), *shadows.notes()]
    signal = shadows.signal("rescaled-logit")
    smoothing = choose_smoothing(signal, members) if shadows.rounded() else None
    if smoothing:
        shown = listed(sorted({rate(a) if a else "0" for a in smoothing.amounts}))
        warnings.append(f"probabilities reach 0 or 1: smoothed by {shown}, chosen on the references of each model")

    count_at = counting_fpr(options.fpr, int((~members).sum()), len(dataset))
    if count_at != options.fpr:
        warnings.append(
            f"FPR {rate(options.fpr)} is not measurable with {len(dataset)} records and {len(members)} models: "
            f"hits and precision are counted at {rate(count_at)}; exposure keeps {rate(options.fpr)}"
        )
    figures, drawn, flags = {}, {}, np.zeros(members.shape, dtype=bool)
    for name in options.attacks:
        scores = scores_of(name, shadows, signal, smoothing)
        figures[name], curve = attack_figures(scores, members, options.fpr)
        drawn[name], flags = outline_of(curve), scores >= curve.at(count_at)[0]

    if smoothing:
        signal = smooth(signal, smoothing.overall).astype(np.float32)
    estimated = estimate(signal, members, fpr=options.fpr, above=options.exposed_above)
    found, exposed = estimated.posterior, estimated.exposed
    if estimated.held_back > 0:
        warnings.append(
            f"{estimated.held_back} more records look exposed, but so do too many with redrawn memberships: they are "
            "not reported; more shadows tell them from chance"
        )
    if len(members) < 16:
        warnings.append(f"{len(members)} models: intervals are wide, and few records can be reported; 64 are usual")
    top = max(int(exposed.sum()), len(dataset) // 100, 1)
    checks = {
        "detectable": detectable(estimated, fpr=options.fpr, above=options.exposed_above),
        "own_fpr_seen": own_fpr_seen(signal, members, exposed, options.fpr, estimated.tails),
        "stability": stability(signal, members, estimated, top, fpr=options.fpr),
    }
    clock.append(time.perf_counter())

    correct = shadows.signal("correct")
    losses = shadows.signal("loss")
    trials, false_trials = members.sum(axis=0), (~members).sum(axis=0)
    evidence = Evidence(
        by_id,
        np.where(members, 0, losses).sum(axis=0, dtype=np.float64) / false_trials,
        shadows.mean_probabilities(len(dataset.classes))[1],
    )
    values = {name: c.values(evidence) for name, c in CHARACTERISTICS.items()}
    strengths = {name: association(v, exposed, found.exposure) for name, v in values.items()}
    why = verdicts(evidence, values, strengths, exposed)
    hits, false_hits = (flags & members).sum(axis=0), (flags & ~members).sum(axis=0)
    table = pd.DataFrame(
        {
            "record": by_id.ids,
            "label": np.array(dataset.classes)[by_id.y],
            "exposure": found.exposure,
            "exposure_lo": found.low,
            "exposure_hi": found.high,
            "doubt": found.doubt,
            "hits": hits,
            "trials": trials,
            "false_hits": false_hits,
            "false_trials": false_trials,
            "precision": record_precision(hits, trials, false_hits, false_trials),
            "exposed": exposed,
            "effect": effect_size(moments_of(signal, members)),
            "memorization": np.where(members, correct, 0).sum(axis=0, dtype=np.float64) / trials
            - np.where(members, 0, correct).sum(axis=0, dtype=np.float64) / false_trials,
            **values,
            "cause": why.cause,
            "reason": why.reason,
            "action": why.action,
        }
    )
    clock.append(time.perf_counter())

    accuracy = accuracy_and_gap(correct, members)
    size = int(members.sum(axis=1).min())
    parameters = shadows.parameters()
    count = int(exposed.sum())
    summary = {
        "schema": "standout/1",
        "standout": __version__,
        "key": config["key"],
        "warnings": warnings,
        "dataset": {
            "name": dataset.name,
            "kind": dataset.kind,
            "records": len(dataset),
            "classes": len(dataset.classes),
        },
        "model": {
            "name": recipe.name,
            "parameters": parameters,
            "records_per_parameter": size / parameters if parameters else None,
        },
        "shadows": {
            "count": len(members),
            "seed": options.seed,
            "fraction": options.fraction,
            "members_per_model": size,
        },
        "accuracy": accuracy,
        "attacks": figures,
        "exposed": {
            "attack": options.attacks[-1],
            "fpr": options.fpr,
            "above": options.exposed_above,
            "count": count,
            "share": count / len(dataset),
            **checks,
        },
        "stable": stable,
        "causes": {cause: int((why.cause == cause).sum()) for cause in CAUSES},
        "characteristics": strengths,
        "taxonomy": ["NISTAML.033", "AML.T0024.000"],
        "policy": None,
    }
    in_users_order = np.argsort(order, kind="stable")
    write_records(folder, table.iloc[in_users_order].reset_index(drop=True))
    folder.write_json("figures.json", {"counted_at": count_at, "roc": drawn, **exhibits(by_id, table, evidence)})
    clock.append(time.perf_counter())
    spent = np.diff(clock)
    summary["seconds"] = {
        "shadows": seconds,
        "rounds": rounds.seconds,
        "attacks": float(spent[0]),
        "explain": float(spent[1]),
        "report": float(spent[2]),
        "total": float(seconds + rounds.seconds + spent.sum()),
    }
    folder.write_json("summary.json", summary)


def effect_size(moments: Moments) -> np.ndarray:
    """(mean IN - mean OUT) / pooled sd of the signal, float64 (N,), cut at +-1000; 0 where nothing differs."""
    inside, outside = moments.inside, moments.outside
    degrees = np.maximum(inside.count + outside.count - 2, 1)
    sd = np.sqrt((inside.squares + outside.squares) / degrees)
    gap = inside.mean - outside.mean
    return np.clip(np.divide(gap, np.maximum(sd, 1e-12), out=np.zeros_like(gap), where=gap != 0), -1000, 1000)


def outline_of(curve: Roc) -> dict:
    """Points of a ROC curve for drawing."""
    fpr, tpr = curve.outline()
    return {"fpr": [float(f) for f in fpr], "tpr": [float(t) for t in tpr], "non_members": curve.negatives}
