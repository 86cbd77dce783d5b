"""The audit, end to end: data, shadows, attacks, exposure, causes, report."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from standout.cores import cores
from standout.data.dataset import Dataset
from standout.data.records import Records
from standout.errors import InputError, one_line
from standout.flows.analysis import Made, analyse
from standout.flows.options import Options, attack_names
from standout.flows.place import config_of, config_there, place
from standout.flows.rounds import Rounds
from standout.flows.run import Run
from standout.recipes import Recipe, recipe_of
from standout.recipes.identity import UnidentifiableError
from standout.report.build import write_report
from standout.run.folder import RunFolder
from standout.run.key import key_of, libraries
from standout.shadows.backends import crew_of
from standout.shadows.memberships import check_members, draw_members
from standout.shadows.plan import extend_plan, make_plan, planned
from standout.shadows.shard import Shard
from standout.shadows.store import Shadows, finished
from standout.shadows.train import train_missing


def audit(
    x,
    y=None,
    *,
    model: object = "mlp",
    settings: dict | None = None,
    shadows: int = 64,
    until_stable: bool = False,
    most_shadows: int | None = None,
    fraction: float = 0.5,
    fpr: float = 1e-3,
    exposed_above: float = 0.1,
    attacks: str | Sequence[str] | None = None,
    ids: Sequence | None = None,
    groups: Sequence | None = None,
    name: str | None = None,
    seed: int = 0,
    device: str = "auto",
    jobs: int | None = None,
    backend: str = "local",
    ray_address: str | None = None,
    dask_address: str | None = None,
    shard: str | None = None,
    out: str | Path | None = None,
    key: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    note: Callable[[str], None] | None = None,
) -> Run:
    """Train shadow models and say which records the recipe gives away, how surely, and why.

    x: a Dataset, or records (N, ...) as an array or a DataFrame, with labels y (N,), and if wanted ids and groups (N,).
    model: a name (`mlp`, `convnet`, `logistic-regression`, `random-forest`, `gradient-boosting`, `knn`),
    "file.py:name", any scikit-learn classifier, or a function `fit(x, y, *, seed, sample_weight=None)` that returns
    `predict(x)`.
    settings: of the model. shadows: even, at least 4. fraction: share of the records in each training.
    until_stable: go on from `shadows` in rounds of half as many again, until the reported set, the intervals and what
    is detectable meet the targets in summary["stable"], or there are most_shadows (default 512) models.
    fpr: share of OUT models in which a record may be accused; exposed_above: exposure from which a record counts.
    attacks: names, default all. out: run folder, used again where the key is the same; default a temporary one that
    goes with the returned Run. key: a name of your own for a model whose code cannot be recognised again.
    jobs: trainings side by side, default one per core (ray, dask: as many as the cluster takes). backend: "local",
    "ray" or "dask"; ray_address, dask_address: of a cluster, default one of this machine, started for the audit. Who
    trains does not change a byte, so any backend goes on with what another began.
    shard: "i/n", to train the i-th of n parts of this audit alone, into an `out` of its own; the Run that is returned
    has a path and no figures: `standout.merge` joins the parts.
    progress: called with (models done, models in all). note: called with a line on the plan, and on each round of
    until_stable.

    Returns a Run. Raises InputError, in one line, for whatever cannot be used; then nothing was made or changed.
    """
    start = time.perf_counter()
    names = attack_names(attacks)
    part = None if shard is None else Shard.read(shard)
    if part is not None and out is None:
        raise InputError(f"shard {part} needs an out of its own: its folder is what standout merge reads")
    options = Options(
        shadows, fraction, seed, fpr, exposed_above, names, jobs, until_stable, most_shadows, part
    ).checked()  # fmt: skip
    crew = crew_of(backend, options.jobs, ray_address=ray_address, dask_address=dask_address)
    dataset = dataset_of(x, y, ids, groups, name)
    recipe = recipe_of(model, settings, device)
    warnings = [*dataset.notes, *recipe.check(dataset)]
    records = Records.of(dataset)
    by_id = records.data
    assert by_id is not None
    parts = key_parts(by_id, recipe, options, key)
    if part is not None:
        refuse_unrecognised(parts, f"shard {part}")
    with place(out) as folder, crew:
        asked = {"source": list(dataset.origin), "model": model if isinstance(model, str) else None}
        config = prepare(folder, by_id, recipe, options, parts, asked, warnings, note)
        recipe = planned(recipe, config["plan"])
        members = draw_members(
            by_id.y,
            max(len(config["plan"]["seeds"]), options.budget),
            seed=options.seed,
            fraction=options.fraction,
            groups=by_id.groups,
        )
        check_members(members[: options.shadows], by_id.ids)
        done = finished(folder, config["key"], config["plan"]["seeds"], members)
        folder.sweep()  # from here on the folder changes
        rounds, stored = Rounds(options, note), None
        for count in rounds.ends(recipe.stack_size(by_id)):
            plan = extend_plan(config["plan"], by_id, count, options.seed)
            config = {**config, "plan": plan}
            folder.write_json("config.json", config)
            train_missing(folder, recipe, by_id, members, config, count, done, crew=crew, shard=part, progress=progress)
            if part is not None:
                return Run(folder.path, shard=str(part))
            done.update(*(range(first, end) for first, end in plan["stacks"] if first < count))
            stored = Shadows(folder, config["key"], plan["seeds"][:count], members[:count])
            if rounds.enough(stored):
                break
        assert stored is not None
        trained = time.perf_counter() - start - rounds.seconds
        made = Made(recipe.name, options.seed, options.fraction)
        analyse(
            folder, config["key"], records, stored, options, made, warnings, seconds=trained, rounds=rounds
        )  # fmt: skip
        write_report(folder)
    return Run(folder.path, temporary=out is None)


def dataset_of(x, y, ids, groups, name: str | None) -> Dataset:
    """A checked Dataset from what `audit` was given."""
    if isinstance(x, Dataset):
        if y is not None or ids is not None or groups is not None:
            raise InputError("y, ids and groups belong into the Dataset that is given")
        return x
    if y is None:
        raise InputError("y is missing: give audit(x, y, ...), or a Dataset such as standout.load('digits')")
    return Dataset(x, y, ids=ids, groups=groups, name=name or "data")


def key_parts(dataset: Dataset, recipe: Recipe, options: Options, key: str | None) -> dict:
    """What the cache key covers. `code` is None where the recipe cannot be recognised again."""
    why = None
    try:
        code = key_of({"recipe": ["key", key] if key is not None else recipe.identity()})
    except UnidentifiableError as e:
        code, why = None, one_line(e)
    model = {"name": recipe.name, "settings": recipe.settings(), "code": code}
    if why:
        model["unrecognised"] = why
    return {
        "data": dataset.digest(),
        "records": len(dataset),
        "model": model,
        "seed": options.seed,
        "fraction": options.fraction,
        "libraries": libraries(),
    }


def refuse_unrecognised(parts: dict, what: str) -> None:
    """Raises InputError where nobody could tell whether shards were trained by the same code."""
    model = parts["model"]
    if model["code"] is None:
        raise InputError(
            f"{what}: model {model['name']!r} cannot be recognised again (it holds {model['unrecognised']}), so shards "
            "cannot be told to be of one audit; give key='a name of your own' / --key NAME"
        )


def prepare(
    folder: RunFolder,
    dataset: Dataset,
    recipe: Recipe,
    options: Options,
    parts: dict,
    asked: dict,
    notes: list[str],
    note: Callable[[str], None] | None = None,
) -> dict:
    """config.json for this run: new, or that of the folder with the plan kept. Raises InputError; writes nothing."""
    there = config_there(folder, parts)
    if there is not None and parts["model"]["code"] is None:
        raise InputError(
            f"model {recipe.name!r} cannot be recognised again (it holds {parts['model']['unrecognised']}), so "
            f"what {folder.path} holds is not used; give key='a name of your own' or another out"
        )
    first = Rounds(options).ends(recipe.stack_size(dataset))[0]
    if there:
        plan = there["plan"]
    else:
        most = None if options.shard else max(first // (options.jobs or cores()), 2)  # all shards need one plan
        plan, told = make_plan(recipe, dataset, records=int(len(dataset) * options.fraction), most=most)
        if told and note:
            note(told)
    config = config_of(
        parts,
        {
            "name": dataset.name,
            "kind": dataset.kind,
            "records": len(dataset),
            "classes": list(dataset.classes),
        },
        {"name": recipe.name, "settings": recipe.settings()},
        {
            **asked,
            "shadows": options.shadows,
            "until_stable": options.until_stable,
            "most_shadows": options.budget if options.until_stable else None,
            "fraction": options.fraction,
            "seed": options.seed,
            **({} if options.shard is None else {"shard": str(options.shard)}),
        },
        options,
    )
    plan = extend_plan(plan, dataset, first, options.seed)
    check_shard(options, plan)
    return {**config, "notes": notes, "plan": plan}


def check_shard(options: Options, plan: dict) -> None:
    """Raises InputError where there are more shards than stacks to train."""
    stacks = sum(start < options.shadows for start, _ in plan["stacks"])
    if options.shard is not None and options.shard.of > stacks:
        raise InputError(
            f"shard {options.shard}: {options.shadows} shadows make {stacks} stacks, the unit of work, so there can be "
            f"{stacks} shards at most"
        )
