"""The audit, end to end: data, shadows, attacks, exposure, causes, report."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from standout.errors import InputError
from standout.flows.analysis import Made, analyse
from standout.flows.place import config_near, place
from standout.flows.preparing import Asked, Job, dataset_of, prepare
from standout.flows.rounds import Rounds
from standout.flows.run import Run
from standout.report.build import write_report
from standout.shadows.backends import crew_of
from standout.shadows.memberships import check_members
from standout.shadows.plan import extend_plan, planned
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
    fraction: float | None = None,
    records: int | None = None,
    records_from: str = "random",
    fpr: float | None = None,
    exposed_above: float | None = None,
    attacks: str | Sequence[str] | None = None,
    ids: Sequence | None = None,
    groups: Sequence | None = None,
    target: Any = None,
    members: Any = None,
    policy: str | Path | None = None,
    redact: bool = False,
    quasi_identifiers: str | Sequence[str] | None = None,
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
    model: a name (`mlp`, `convnet`, `densenet`, `logistic-regression`, `random-forest`, `gradient-boosting`, `knn`),
    "file.py:name", any scikit-learn classifier, a torch module as `standout.TorchRecipe(build=Net)`, or a function
    `fit(x, y, *, seed, sample_weight=None)` that returns `predict(x)`. A Pipeline and a function get a DataFrame as it
    is, any other classifier gets it as numbers.
    settings: of the model. shadows: even, at least 4. fraction: share of the audited records in each training, default
    one half. records: audit so many, drawn at random, with all others in every training; whole groups where there are.
    records_from: "screen" trains one model more, on all records, and audits those that rank highest by it (`screen`),
    `records` of them, default 5 % and at least 100.
    until_stable: go on from `shadows` in rounds of half as many again, until the reported set, the intervals and what
    is detectable meet the targets in summary["stable"], or there are most_shadows (default 512) models.
    fpr: share of OUT models in which a record may be accused, default 0.001; exposed_above: exposure from which a
    record counts, default 0.1.
    target: one released model, to be judged by the shadows: a fitted classifier, a function predict(x) that returns
    logits or probabilities (N, C), or the path of an .npz with such (`logits`, `probabilities` or rescaled-logit
    `signals`, if wanted `members` and `ids`). members: bool (N,), its training data; shadows then train on as many.
    policy: a TOML file of what is accepted (fpr, exposure, count, reveals), told in the report. redact: the report
    holds no id and no content of a record. quasi_identifiers: columns of a table by which others may know a record;
    each record then has a characteristic k_anonymity, how few share its values there.
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
    asked = Asked(
        model, settings, shadows, until_stable, most_shadows, fraction, records, records_from, fpr, exposed_above,
        attacks, target, members, policy, redact, quasi_identifiers, seed, device, jobs, shard, key,
    )  # fmt: skip
    if shard is not None and out is None:
        raise InputError(f"shard {shard} needs an out of its own: its folder is what standout merge reads")
    crew = crew_of(backend, asked.options().jobs, ray_address=ray_address, dask_address=dask_address)
    there = config_near(out) if records_from == "screen" else None
    job = Job.of(dataset_of(x, y, ids, groups, name), asked, there)
    options = job.options
    with place(out) as folder, crew:
        config = prepare(folder, job, note)
        recipe = planned(job.recipe, config["plan"])
        drawn = job.memberships(max(len(config["plan"]["seeds"]), options.budget))
        check_members(drawn[: options.shadows], job.records.ids)
        done = finished(folder, config["key"], config["plan"]["seeds"], drawn)
        folder.sweep()  # from here on the folder changes
        rounds, stored = Rounds(options, note), None
        for count in rounds.ends(recipe.stack_size(job.data)):
            plan = extend_plan(config["plan"], job.data, count, options.seed)
            config = {**config, "plan": plan}
            folder.write_json("config.json", config)
            train_missing(
                folder, recipe, job.data, drawn, config, count, done, crew=crew, shard=options.shard, progress=progress
            )
            if options.shard is not None:
                return Run(folder.path, shard=str(options.shard))
            done.update(*(range(first, end) for first, end in plan["stacks"] if first < count))
            stored = Shadows(folder, config["key"], plan["seeds"][:count], drawn[:count])
            if rounds.enough(stored):
                break
        assert stored is not None
        trained = time.perf_counter() - start - rounds.seconds
        analyse(
            folder, config, job.records, stored, options, Made(recipe.name, options.seed, job.share), job.warnings,
            seconds=trained, rounds=rounds, target=job.target,
        )  # fmt: skip
        write_report(folder)
    own = {"x": x, "y": y, "ids": ids, "groups": groups, "model": job.recipe, "key": key}
    return Run(folder.path, temporary=out is None, given=own)
