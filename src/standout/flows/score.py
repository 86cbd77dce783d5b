"""An audit of models that somebody trained already, from their signals or outputs alone."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from standout.flows.analysis import Made, analyse
from standout.flows.given import Given, Scored, checked
from standout.flows.options import Options, attack_names, yes_or_no
from standout.flows.place import config_of, config_there, place
from standout.flows.policy import Policy
from standout.flows.run import Run
from standout.measure.roc import Roc
from standout.report.build import write_report
from standout.run.key import libraries

OF_ALL_CLASSES = ("entropy", "modified-entropy")
BETRAYED = 0.1
"""Distance of an AUC by counts from one half beyond which memberships are said to depend on each other."""


def score(
    *,
    signals=None,
    logits=None,
    probabilities=None,
    labels=None,
    members=None,
    x=None,
    ids=None,
    target_signals=None,
    target_logits=None,
    target_probabilities=None,
    target_members=None,
    fpr: float | None = None,
    exposed_above: float | None = None,
    attacks: str | Sequence[str] | None = None,
    policy: str | Path | None = None,
    redact: bool = False,
    name: str | None = None,
    out: str | Path | None = None,
) -> Run:
    """Say which records models that are already trained give away, from what they answer; nothing is trained.

    The figures are those of `audit` on the same models. Arrays, by the names that an .npz for `standout score` has:

    | name | shape | holds |
    |---|---|---|
    | signals | (M, N) | rescaled logits log p_y - log(1 - p_y), finite; or one of the next two |
    | logits, probabilities | (M, N, C) | what M models answer on N records; needs labels |
    | members | (M, N) | bool or 0/1: which model was trained on which record |
    | labels | (N,) | class: number of a column, or text; columns are then in sorted order. Optional with signals |
    | x | (N, ...) | the records, as for `audit` (a DataFrame from Python only); causes need them. Optional |
    | ids | (N,) | unique names of the records, kept as written. Optional |
    | target_signals | (N,) | one more model, to be judged by the others. Optional |
    | target_logits, target_probabilities | (N, C) | the same, where the others are given as logits or probabilities |
    | target_members | (N,) | bool or 0/1: on what it was trained, to measure how right the judgement is. Optional |

    M is even, at least 4. Models 2j and 2j + 1 are taken as a pair: best the two that split the records in halves. An
    attack on a model uses neither it nor its pair. Memberships must not depend on each other between pairs.

    fpr, exposed_above, attacks, policy, redact: as for `audit`; the entropies are left out where signals alone do not
    tell them.
    name: of the data, for the report. out: run folder; default a temporary one that goes with the returned Run.

    Returns a Run; with a target its records also have `member` (empty where not known), `score` (of the main attack),
    `p_value` (chance that a model that never saw the record looks as much like one that did) and `flagged` (p_value at
    most fpr). Raises InputError, in one line, for whatever cannot be used; then nothing was made or changed.
    """
    given = Given(
        signals, logits, probabilities, labels, members, x, ids,
        target_signals, target_logits, target_probabilities, target_members,
    )  # fmt: skip
    return score_given(
        given, fpr=fpr, exposed_above=exposed_above, attacks=attacks, policy=policy, redact=redact, name=name or "data",
        out=out, origin=(),
    )  # fmt: skip


def score_given(
    given: Given,
    *,
    fpr: float | None = None,
    exposed_above: float | None = None,
    attacks: str | Sequence[str] | None = None,
    policy: str | Path | None = None,
    redact: bool = False,
    name: str,
    out: str | Path | None,
    origin: tuple[str, ...],
) -> Run:
    """`score` of arrays by their names. origin: what the command line would call them, where it can."""
    start = time.perf_counter()
    rules = Policy.read(policy).checked()
    fpr, exposed_above = rules.rates(fpr, exposed_above)
    options = Options(fpr=fpr, exposed_above=exposed_above, attacks=attack_names(attacks)).checked()
    told = {
        **({} if rules.file is None else {"policy": rules.block()}),
        **({"redact": True} if yes_or_no("redact", redact) else {}),
    }
    scored = checked(given, name)
    options, warnings = fitting(options, scored, chosen=attacks is not None)
    parts = key_parts(scored, options)
    with place(out, shadows=False) as folder:
        config_there(folder, parts)
        config = config_of(
            parts,
            {"name": name, "records": len(scored.records), "classes": list(scored.records.classes)},
            {"name": f"given {scored.kind}", "settings": {}},
            {"command": "score", "source": list(origin), "model": None, **told},
            options,
        )
        folder.sweep()
        folder.write_json("config.json", config)
        made = Made(f"given {scored.kind}", None, float(scored.outputs.members.mean()))
        took = time.perf_counter() - start
        analyse(
            folder, config, scored.records, scored.outputs, options, made, warnings,
            seconds=took, target=scored.target,
        )  # fmt: skip
        write_report(folder)
    return Run(folder.path, temporary=out is None)


def fitting(options: Options, scored: Scored, *, chosen: bool) -> tuple[Options, list[str]]:
    """Options without the attacks that these outputs cannot feed, unless they were chosen, and lines to tell."""
    records, warnings = scored.records, list(scored.notes)
    if scored.kind == "signals" and len(records.classes) != 2:
        if not chosen:
            options = replace(options, attacks=tuple(a for a in options.attacks if a not in OF_ALL_CLASSES))
        line = "signals alone do not tell what a model answers: accuracy, memorization and entropies are not known"
        if any(a in OF_ALL_CLASSES for a in options.attacks):
            line += "; entropies are taken as those of (p_y, 1 - p_y)"
        warnings.append(line)
    told = told_by_counts(scored.outputs.members)
    if abs(told - 0.5) > BETRAYED:
        warnings.append(
            "how many other models were trained on a record tells whether a model was (AUC "
            f"{max(told, 1 - told):.2f} by that count alone): with few models attacks are biased by it; let models 2j "
            "and 2j + 1 split the records"
        )
    if records.y is None:
        warnings.append("no labels are given: causes cannot look at classes, and the column label is empty")
    elif records.data is None:
        warnings.append("no data (x) are given: suspect labels, outliers and records between classes are not sought")
    return options, warnings


def told_by_counts(members: np.ndarray) -> float:
    """AUC of an attack that knows only how many models outside its pair were trained on a record; 0.5 by design where
    twins split the records. members: bool (M, N)."""
    count = members.sum(axis=0, dtype=np.int64)
    pairs = members[0::2].astype(np.int64) + members[1::2]
    return Roc.of(-np.repeat(count - pairs, 2, axis=0), members).auc()


def key_parts(scored: Scored, options: Options) -> dict:
    """What the key covers: all that is given and asked, and the libraries that compute."""
    return {
        "given": scored.kind,
        "data": scored.digest,
        "records": len(scored.records),
        "models": len(scored.outputs.members),
        "fpr": options.fpr,
        "exposed-above": options.exposed_above,
        "attacks": list(options.attacks),
        "libraries": libraries(),
    }
