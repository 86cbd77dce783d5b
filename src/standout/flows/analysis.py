"""From models' outputs to figures: everything after training, nothing that trains. Writes the run folder."""

import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from standout.data.records import Records
from standout.estimate.detectable import detectable
from standout.estimate.estimate import Estimate, estimate
from standout.estimate.own_rate import own_fpr_seen, too_many
from standout.estimate.stability import stability
from standout.explain.causes import CAUSES
from standout.flows.attacking import Attacked, attack_all
from standout.flows.explaining import Explained, explain, notes
from standout.flows.exploring import Signals, own_test, write_explorer
from standout.flows.options import Options
from standout.flows.overall import overall
from standout.flows.policy import judged as judged_by
from standout.flows.rounds import Rounds
from standout.flows.screening import screening
from standout.flows.seen import seen
from standout.flows.target import Target, judge
from standout.measure.overfitting import accuracy_and_gap, accuracy_unknown
from standout.measure.precision import record_precision
from standout.run.folder import RunFolder
from standout.run.tables import read_records, write_records
from standout.run.version import __version__
from standout.shadows.outputs import Outputs


@dataclass(frozen=True)
class Made:
    """How the models came about: name of the recipe, seed (None: not ours), share of the records in each training."""

    model: str
    seed: int | None
    fraction: float


def analyse(
    folder: RunFolder,
    config: dict,
    records: Records,
    outputs: Outputs,
    options: Options,
    made: Made,
    warnings: list[str],
    *,
    seconds: float,
    rounds: Rounds | None = None,
    target: Target | None = None,
) -> None:
    """Attack, measure, estimate, explain; write summary.json, records.csv, figures.json.

    config: what config.json holds. warnings: lines so far; more are added. seconds: what came before took.
    rounds: those of an audit. target: one more model that is judged by all of these.
    """
    clock = [time.perf_counter()]
    stable = None if rounds is None else rounds.block()
    warnings = [*warnings, *([] if rounds is None else rounds.warnings(stable)), *outputs.notes()]
    attacked = attack_all(outputs, options, warnings)
    estimated, checks = estimate_all(attacked.signal, outputs.members, options, warnings)
    judged = None if target is None else judge(target, outputs, attacked, estimated, options, warnings)
    clock.append(time.perf_counter())

    explained = explain(
        records,
        outputs,
        attacked.signal,
        estimated.exposed,
        estimated.posterior.exposure,
        config["asked"].get("quasi_identifiers", ()),
    )
    warnings += notes(explained.evidence)
    correct = outputs.signal("correct")
    table = records_table(records, outputs.members, attacked, estimated, explained)
    if judged is not None:
        table = pd.concat([table, judged.columns], axis=1)
    told = overall(records, explained, table, checks["variance"])
    clock.append(time.perf_counter())

    summary = {
        "schema": "standout/1",
        "standout": __version__,
        "key": config["key"],
        "warnings": warnings,
        **setting(records, outputs, made),
        "accuracy": accuracy_unknown() if correct is None else accuracy_and_gap(correct, outputs.members),
        "attacks": attacked.figures,
        "exposed": {
            "attack": options.attacks[-1],
            "fpr": options.fpr,
            "above": options.exposed_above,
            "count": int(estimated.exposed.sum()),
            "share": int(estimated.exposed.sum()) / len(records),
            **checks,
        },
        "stable": stable,
        "causes": {cause: int((explained.why.cause == cause).sum()) for cause in CAUSES},
        "characteristics": explained.strengths,
        **told,
        "screening": screening(explained, estimated.exposed, estimated.posterior.exposure),
        "taxonomy": ["NISTAML.033", "AML.T0024.000"],
        "policy": judged_by(config["asked"].get("policy"), int(estimated.exposed.sum())),
    }
    if judged is not None:
        summary["target"] = judged.block
    forget_other_defences(folder, summary, table)
    write_records(folder, table.iloc[np.argsort(records.place, kind="stable")].reset_index(drop=True))
    test = own_test(attacked.signal, outputs.members, estimated.tails, estimated.fit.noise_factor)
    signals = Signals(attacked.signal, outputs.members, test, options.fpr)
    shown, arrays, lines = seen(config, records, outputs, table, explained.evidence, signals)
    warnings += lines
    write_explorer(folder, arrays)
    folder.write_json("figures.json", {"counted_at": attacked.counted_at, "roc": attacked.drawn, **shown})
    clock.append(time.perf_counter())
    spent = np.diff(clock)
    judging = 0.0 if rounds is None else rounds.seconds
    summary["seconds"] = {
        "shadows": seconds,
        "rounds": judging,
        "attacks": float(spent[0]),
        "explain": float(spent[1]),
        "report": float(spent[2]),
        "total": float(seconds + judging + spent.sum()),
    }
    folder.write_json("summary.json", summary)


def forget_other_defences(folder: RunFolder, summary: dict, table: pd.DataFrame) -> None:
    """Delete defences.json where this audit is not the one that it was judged by: other models, or other records that
    are exposed, so that no report shows both. Models of defences stay, to be used again."""
    there = [(folder.path / name).exists() for name in ("defences.json", "records.csv")]
    if not there[0]:
        return
    before = folder.read_json("summary.json") or {}
    if there[1] and (before.get("key"), before.get("shadows")) == (summary["key"], summary["shadows"]):
        old = read_records(folder.path)
        if set(old["record"][old["exposed"]]) == set(table["record"][table["exposed"]].astype(str)):
            return
    for name in ("defences.json", "defences.csv"):
        folder.delete(name)


def estimate_all(
    signal: np.ndarray, members: np.ndarray, options: Options, warnings: list[str]
) -> tuple[Estimate, dict]:
    """The estimate and its checks, from signals and members (M, N); appends to warnings what a reader must know."""
    estimated = estimate(signal, members, fpr=options.fpr, above=options.exposed_above)
    if estimated.held_back > 0:
        warnings.append(
            f"{estimated.held_back} more records look exposed, but so do too many with redrawn memberships: they are "
            "not reported; more shadows tell them from chance"
        )
    if len(members) < 16:
        warnings.append(f"{len(members)} models: intervals are wide, and few records can be reported; 64 are usual")
    top = max(int(estimated.exposed.sum()), members.shape[1] // 100, 1)
    seen = own_fpr_seen(signal, members, estimated.exposed, options.fpr, estimated.tails, estimated.fit.noise_factor)
    trials = int((~members[:, estimated.exposed]).sum())
    if accused := too_many(seen["exposed"], trials, options.fpr):
        warnings.append(
            f"trainings without them accuse the reported records in {accused:,} of {trials:,} cases, where a share of "
            f"{options.fpr:.3g} was asked for: exposures may be overstated; more shadows make them surer"
        )
    return estimated, {
        "detectable": detectable(estimated, fpr=options.fpr, above=options.exposed_above),
        "own_fpr_seen": seen,
        "variance": float(estimated.posterior.variance.mean()),
        "stability": stability(signal, members, estimated, top, fpr=options.fpr),
    }


def records_table(
    records: Records,
    members: np.ndarray,
    attacked: Attacked,
    estimated: Estimate,
    explained: Explained,
) -> pd.DataFrame:
    """The records table, rows in the order of `records`."""
    found, flags = estimated.posterior, attacked.flags
    hits, trials = (flags & members).sum(axis=0), members.sum(axis=0)
    false_hits, false_trials = (flags & ~members).sum(axis=0), (~members).sum(axis=0)
    seen, unseen = explained.evidence.inside.errors, explained.evidence.outside.errors
    memorization = np.nan if seen is None or unseen is None else unseen - seen
    return pd.DataFrame(
        {
            "record": records.ids,
            "label": records.labels,
            "exposure": found.exposure,
            "exposure_lo": found.low,
            "exposure_hi": found.high,
            "doubt": found.doubt,
            "hits": hits,
            "trials": trials,
            "false_hits": false_hits,
            "false_trials": false_trials,
            "precision": record_precision(hits, trials, false_hits, false_trials),
            "exposed": estimated.exposed,
            "effect": explained.evidence.effect,
            "memorization": memorization,
            **explained.values,
            "cause": explained.why.cause,
            "reason": explained.why.reason,
            "action": explained.why.action,
        }
    )


def setting(records: Records, outputs: Outputs, made: Made) -> dict:
    """The blocks `dataset`, `model` and `shadows` of the summary."""
    size = int(outputs.members.sum(axis=1).min()) + records.always
    parameters = outputs.parameters()
    return {
        "dataset": {
            "name": records.name,
            "kind": None if records.data is None else records.data.kind,
            "records": len(records),
            "classes": len(records.classes) or None,
        },
        "model": {
            "name": made.model,
            "parameters": parameters,
            "records_per_parameter": size / parameters if parameters else None,
        },
        "shadows": {
            "count": len(outputs.members),
            "seed": made.seed,
            "fraction": made.fraction,
            "members_per_model": size,
            "in_all": records.always,
        },
    }
