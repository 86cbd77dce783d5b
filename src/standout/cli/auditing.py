"""`standout audit`."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from standout.cli.app import app
from standout.cli.arguments import Whole, check_fail_over, settings_of
from standout.cli.finish import finish
from standout.errors import InputError


@app.command
def audit(
    source: str,
    /,
    *,
    data: Path | None = None,
    label: str | None = None,
    id: str | None = None,
    group: str | None = None,
    drop: Annotated[list[str] | None, Parameter(consume_multiple=False)] = None,
    model: str = "mlp",
    set: Annotated[list[str] | None, Parameter(consume_multiple=False)] = None,
    shadows: Whole = 64,
    until_stable: bool = False,
    most_shadows: Whole | None = None,
    fraction: float | None = None,
    records: Whole | None = None,
    records_from: str = "random",
    target: Path | None = None,
    fpr: float | None = None,
    exposed_above: float | None = None,
    attacks: str | None = None,
    seed: Whole = 0,
    device: str = "auto",
    jobs: Whole | None = None,
    backend: str = "local",
    ray_address: str | None = None,
    dask_address: str | None = None,
    shard: str | None = None,
    key: str | None = None,
    out: Path | None = None,
    policy: Path | None = None,
    fail_over: Whole | None = None,
    redact: bool = False,
    quasi_identifier: Annotated[list[str] | None, Parameter(consume_multiple=False)] = None,
    dry_run: bool = False,
    quiet: bool = False,
    json: bool = False,
) -> int:
    """Train shadow models on a data set, attack them, and write a run folder with a report.

    Parameters
    ----------
    source
        A built-in data set (digits, breast-cancer, wine), a benchmark by name with --data, a table (.csv, .csv.gz,
        .tsv, .parquet, .xlsx) with --label, an .npz with arrays x and y, a folder of images with a sub-folder per
        class, or file.py:name of a Dataset of your own.
    data
        Folder with the files of a benchmark (standout list datasets).
    label
        Column of a table that holds the class; its number, from 1, where the table has no header.
    id
        Column of a table that names the records; never a feature.
    group
        Column of a table; records of one group are in a training together or not at all; never a feature.
    drop
        Column of a table to leave out; can be given again.
    model
        mlp, convnet, densenet, logistic-regression, random-forest, gradient-boosting, knn, or file.py:name of your own.
    set
        Setting of the model as key=value; can be given again.
    shadows
        Number of shadow models: even, at least 4.
    until_stable
        Go on from --shadows in rounds, each half as large again and of whole stacks, until the reported set, the
        intervals and the smallest detectable exposure meet their targets, or --most-shadows are trained.
    most_shadows
        Budget of --until-stable: even; default 512.
    fraction
        Share of the audited records in each training; default one half, or the share that the --target was trained on.
    records
        Audit so many records, drawn at random, the others in every training; with --group whole groups.
    records_from
        random, or screen: audit those --records (default 5 %, at least 100) that rank highest after one training more.
    target
        An .npz with what one released model answers on these records (logits, probabilities or signals), and if wanted
        members, what it was trained on, and ids: each record gets a verdict for that very model.
    fpr
        Share of the models that never saw a record in which an attacker may accuse it falsely; default 0.001.
    exposed_above
        Exposure from which a record counts as exposed; default 0.1.
    attacks
        Names with commas between; default all of them.
    seed
        Of memberships and trainings.
    device
        auto, cpu or cuda.
    jobs
        Trainings side by side; default one per core, or as many as the cluster takes.
    backend
        Who trains: local (processes of this machine), ray or dask (extras of these names). The same bytes.
    ray_address
        HOST:PORT or auto, of a Ray cluster that shares the run folder; default one of this machine.
    dask_address
        HOST:PORT of the scheduler of a Dask cluster that shares the run folder; default one of this machine.
    shard
        i/n: train the i-th of n parts of this audit alone, for standout merge to join.
    key
        A name of your own for a model whose code cannot be recognised again; change it when the code changes.
    out
        Run folder; default runs/NAME (of a shard: runs/NAME-i-of-n). The same audit again uses what is there.
    policy
        A TOML file of what is accepted: fpr, exposure, count of exposed records, and what membership reveals. Told in
        the report; with a count, exit with code 1 when more records are exposed.
    fail_over
        Exit with code 1 when more than this many records are exposed.
    redact
        A report without ids and contents of records.
    quasi_identifier
        Column of a table by which others may know a record (age, postcode); can be given again. Each record then has a
        characteristic k_anonymity: how few share its values there. Trains nothing anew.
    dry_run
        Say what would be trained, how long about, and how small an exposure could be reported; train and write nothing.
    quiet
        Print nothing but errors.
    json
        Print summary.json instead of the headline.
    """
    from standout.data.source import load
    from standout.flows.audit import audit as flow
    from standout.terminal import progress_bar

    check_fail_over(fail_over)
    if shard is not None and fail_over is not None:
        raise InputError("a shard has no figures yet; give --fail-over to standout merge")
    dataset = load(source, label=label, id=id, group=group, drop=drop or (), data=data)
    asked = {
        "model": model, "settings": settings_of(set or []), "shadows": shadows, "until_stable": until_stable,
        "most_shadows": most_shadows, "fraction": fraction, "records": records,
        "records_from": records_from, "target": target, "fpr": fpr,
        "exposed_above": exposed_above, "attacks": attacks, "policy": policy, "redact": redact,
        "quasi_identifiers": quasi_identifier, "seed": seed,
        "device": device, "jobs": jobs, "shard": shard, "key": key,
    }  # fmt: skip
    if dry_run:
        from standout.flows.dry_run import dry_run as forecast_of
        from standout.terminal import forecast

        return forecast(forecast_of(dataset, **asked), json=json, quiet=quiet)
    name = dataset.name if shard is None else f"{dataset.name}-{shard.strip().replace('/', '-of-')}"
    folder = out if out is not None else Path("runs") / name
    with progress_bar(quiet or not sys.stderr) as (progress, note):
        run = flow(
            dataset,
            **asked,
            backend=backend,
            ray_address=ray_address,
            dask_address=dask_address,
            out=folder,
            progress=progress,
            note=note,
        )
    return finish(run, quiet=quiet, json=json, fail_over=fail_over)
