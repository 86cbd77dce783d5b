"""Defences on a finished audit: treat, train again, attack again, and judge against a control without a defence."""

import hashlib
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from standout.data.dataset import Dataset
from standout.defend.answering import answering_seconds
from standout.defend.judge import Treated
from standout.defend.table import CONTROL, DEFENCES, defended, parse
from standout.errors import InputError, listed
from standout.flows.aiming import ON, aim_of
from standout.flows.judging import Judged, defences_json, exposures
from standout.flows.onion import Peeling, check_rounds
from standout.flows.run import Run
from standout.flows.sharing import Answers, followers
from standout.flows.stored import Audit
from standout.recipes import Recipe, recipe_of
from standout.recipes.identity import UnidentifiableError
from standout.report.build import write_report
from standout.run.folder import RunFolder, writable
from standout.run.key import key_of
from standout.run.tables import table_as_csv
from standout.shadows.backends import Crew, crew_of
from standout.shadows.plan import extend_plan, planned
from standout.shadows.stack import Also
from standout.shadows.store import Shadows, finished
from standout.shadows.train import train_missing


def defend(
    run: str | Path,
    *defences: str,
    on: str | Path | Sequence[str] = "exposed",
    rounds: int = 1,
    model: object = None,
    x=None,
    y=None,
    ids: Sequence | None = None,
    groups: Sequence | None = None,
    source: str | Path | None = None,
    key: str | None = None,
    jobs: int | None = None,
    backend: str = "local",
    progress: Callable[[int, int], None] | None = None,
    note: Callable[[str], None] | None = None,
) -> Run:
    """Judge defences on a finished audit: each is trained as the audit was, with the same memberships and new seeds,
    and attacked by someone who knows it; a control without a defence stands beside them.

    run: folder of the audit. defences: `NAME[:STRENGTH][+NAME[:STRENGTH]]`, see `standout list defences`. on: whom
    targeted defences are aimed at: "exposed" (those that the audit reports), "suspects" (the head of its screening),
    "suspect-labels" (those with the cause `suspect label`), "all", ids, or the path of a file with one id a line.
    rounds: above 1 an aimed defence is trained so many times, each time aimed at those, too, who were not exposed
    before and are so under it. model, x, y, ids, groups, key: those of an audit that had them from Python (`defend` of
    the Run that the audit returned knows them); source: where the data lie by now. jobs, backend: as in audit.
    Writes defences.json and defences.csv, of these defences alone, and the report; returns the Run. Raises InputError,
    in one line, for whatever cannot be used.
    """
    asked = check_asked(defences)
    check_rounds(rounds, asked)
    crew = crew_of(backend, jobs)
    audit = Audit.of(run, x, y, ids, groups, source, "defend it there, by Run.defend(..., x=x, y=y)")
    recipe = recipe_again(audit, model, key)
    aim = aim_of(audit, on) if any(a.defence.targeted for text in asked for a in parts_of(text)) else NOBODY
    training, data = audit.records.training, audit.records.data
    assert training is not None and data is not None
    for text in asked:
        treated(recipe, text, aim).check(training)

    def judged(text: str, aim: np.ndarray, number: int = 1) -> Judged:
        if note:
            note(f"{text}: {audit.summary['shadows']['count']} models" + (f", round {number}" if number > 1 else ""))
        own, start = treated(recipe, text, aim), time.perf_counter()
        follow = {other: Answers(own, other, aim) for other in sharing.get(text, ()) if number == 1}
        outputs = trained(audit, text, own, training, aim, crew, progress, follow)
        seconds = time.perf_counter() - start
        fpr, above = (audit.summary["exposed"][name] for name in ("fpr", "above"))
        epsilon = epsilon_of(own, training, training.trained_on(audit.members))
        inference = answering_seconds(own, outputs, training)
        return Judged(text, Treated(outputs, data.y), seconds, fpr, above, epsilon, inference)

    sharing = followers(asked)
    last = {text for texts in sharing.values() for text in texts}
    with audit.folder.writing(shadows=False):
        found = {text: judged(text, aim) for text in sorted(asked, key=lambda text: text in last)}
        found = {text: found[text] for text in asked}
        named = on if isinstance(on, str) and on in ON and on != "suspect-labels" else "ids"
        peeling = Peeling(audit, found[CONTROL])
        peel = (lambda text: peeling.peeled(found[text], aim, rounds, judged)) if rounds > 1 else None
        audit.folder.write("defences.csv", table_as_csv(exposures(audit, found)))
        audit.folder.write_json("defences.json", defences_json(audit, found, aim, named, peel))
        write_report(audit.folder)
    return Run(audit.folder.path)


def treated(recipe: Recipe, text: str, aim: np.ndarray) -> Recipe:
    """The recipe under what was asked, as it is for the control."""
    return recipe if text == CONTROL else defended(recipe, text, aim)


def epsilon_of(recipe: Recipe, dataset: Dataset, members: np.ndarray) -> float | None:
    """Epsilon that a recipe tells of its models with these members, bool (M, N): the largest; None where it bounds
    none."""
    told = getattr(recipe, "epsilon", None)
    found = None if told is None else told(dataset, members)
    return None if found is None else float(np.max(found))


def check_asked(defences: Sequence[str]) -> list[str]:
    """The control and the defences, each once. Raises InputError that names the wrong one."""
    if not defences:
        raise InputError(f"name a defence, such as --defence remove (known: {listed(DEFENCES, len(DEFENCES))})")
    means: dict[tuple, str] = {}
    for text in map(str, defences):
        parts = sorted(parse(text), key=lambda a: a.defence.turn)
        same = means.setdefault(tuple((a.defence.name, a.strength) for a in parts), text)
        if same != text:
            raise InputError(f"defences {same} and {text} are the same; give one of them")
    return [CONTROL, *means.values()]


def recipe_again(audit: Audit, model: object, key: str | None = None) -> Recipe:
    """The recipe of an audit: by its name, or as given. Raises InputError where it is not that."""
    wanted, asked = audit.config["parts"]["model"], audit.config["asked"]["model"]
    if model is None:
        if asked is None:
            raise InputError(
                f"the audit had its model {wanted['name']!r} from Python: give it to Run.defend(model=...)"
            )
        settings = {k: v for k, v in wanted["settings"].items() if k != "device"}
        recipe = recipe_of(asked, settings, wanted["settings"].get("device", "auto"))
    else:
        recipe = recipe_of(model)
    if wanted["code"] is not None:
        try:
            code = key_of({"recipe": recipe.identity() if key is None else ["key", key]})
        except UnidentifiableError:
            code = None
        if code != wanted["code"]:
            raise InputError(
                f"model {recipe.name!r} is not what was audited: its code, settings or library changed"
                f"{'' if model is None else ' (a key of your own is to be given again)'}; audit it first"
            )
    return planned(recipe, audit.config["plan"])


@dataclass(frozen=True)
class Place:
    """Where the models of one defence lie, and the key that they have."""

    folder: RunFolder
    key: str


def place_of(audit: Audit, text: str, recipe: Recipe, aim: np.ndarray) -> Place:
    """A folder of its own for each defence, aim and audit."""
    targets = hashlib.sha256("\n".join(sorted(aim.tolist())).encode()).hexdigest()
    parts = {"audit": audit.config["key"], "defence": text, "model": type(recipe).__name__, "version": VERSION}
    key = key_of({**parts, "targets": targets} if any(a.defence.targeted for a in parts_of(text)) else parts)
    name = re.sub(r"[^a-zA-Z0-9.+-]+", "_", text)[:60]
    return Place(RunFolder(audit.folder.path / "defences" / f"{name}-{key[:12]}"), key)


NOBODY = np.empty(0, dtype=str)
VERSION = 3
"""Goes up when defended models change."""


def parts_of(text: str):
    """The defences of a text, none for the control."""
    return [] if text == CONTROL else parse(text)


def trained(
    audit: Audit,
    text: str,
    recipe: Recipe,
    training: Dataset,
    aim: np.ndarray,
    crew: Crew,
    progress: Callable[[int, int], None] | None,
    follow: Mapping[str, Answers],
) -> Shadows:
    """The models of one defence, those missing trained: memberships of the audit, seeds of their own that all defences
    share, so that they differ from the control by the defence alone. follow: defences that publish other answers of the
    same models, which are stored along with them."""
    count = len(audit.members)
    place, config, done = prepared(audit, text, recipe, training, aim)
    also = []
    for other, answers in follow.items():
        its, _, _ = prepared(audit, other, defended(answers.recipe, other, aim), training, aim)
        also.append(Also(its.folder, its.key, answers))
    with crew:  # each time anew: its workers keep the data and the recipe of one run
        train_missing(
            place.folder, recipe, training, audit.members, config, count, done,
            crew=crew, progress=progress, also=also,
        )  # fmt: skip
    return Shadows(place.folder, place.key, config["plan"]["seeds"][:count], audit.members)


def outputs_of(audit: Audit, text: str, recipe: Recipe, aim: np.ndarray) -> Shadows:
    """The stored models of a defence that was judged, or of the control; recipe: that of the audit."""
    place = place_of(audit, text, treated(recipe, text, aim), aim)
    config = place.folder.read_json("config.json")
    if config is None:
        raise InputError(f"{audit.folder.path}: {text} was not trained; run standout defend first")
    return Shadows(place.folder, place.key, config["plan"]["seeds"][: len(audit.members)], audit.members)


def prepared(
    audit: Audit, text: str, recipe: Recipe, training: Dataset, aim: np.ndarray
) -> tuple[Place, dict, set[int]]:
    """The folder of a defence with its config.json, and which of its models are stored."""
    place, count = place_of(audit, text, recipe, aim), len(audit.members)
    for folder in (place.folder.path.parent, place.folder.path, place.folder.shadows):
        with writable(folder):
            folder.mkdir(mode=0o700, exist_ok=True)
    place.folder.sweep()
    plan = {**audit.config["plan"], "stacks": [], "keep": [], "seeds": []}
    plan = extend_plan(plan, training, count, audit.config["asked"]["seed"])
    plan["seeds"] = [int(np.random.SeedSequence([s, 3]).generate_state(1)[0]) for s in plan["seeds"]]
    config = {"key": place.key, "defence": text, "plan": plan}
    place.folder.write_json("config.json", config)
    return place, config, finished(place.folder, place.key, plan["seeds"], audit.members)
