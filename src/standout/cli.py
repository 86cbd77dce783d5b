"""The command line: parse, call a flow, print. Heavy imports wait until a command runs."""

import json
import sys
from pathlib import Path
from typing import Annotated, NoReturn

from cyclopts import App, CycloptsError, Parameter

from standout.arguments import Whole, check_fail_over, settings_of
from standout.errors import InputError, one_line
from standout.run.version import __version__

app = App(
    name="standout",
    help="Which training records does a classifier give away, why those, and what protects them.",
    version=__version__,
    default_parameter=Parameter(negative=()),
    suppress_keyboard_interrupt=False,  # `main` says how to go on
)


@app.command
def audit(
    source: str,
    /,
    *,
    label: str | None = None,
    id: str | None = None,
    group: str | None = None,
    drop: Annotated[list[str] | None, Parameter(consume_multiple=False)] = None,
    model: str = "mlp",
    set: Annotated[list[str] | None, Parameter(consume_multiple=False)] = None,
    shadows: Whole = 64,
    until_stable: bool = False,
    most_shadows: Whole | None = None,
    fraction: float = 0.5,
    fpr: float = 0.001,
    exposed_above: float = 0.1,
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
    fail_over: Whole | None = None,
    quiet: bool = False,
    json: bool = False,
) -> int:
    """Train shadow models on a data set, attack them, and write a run folder with a report.

    Parameters
    ----------
    source
        A built-in data set (digits, breast-cancer, wine), a table (.csv, .csv.gz, .tsv) with --label, or an .npz file
        with arrays x and y.
    label
        Column of a table that holds the class.
    id
        Column of a table that names the records; never a feature.
    group
        Column of a table; records of one group are in a training together or not at all; never a feature.
    drop
        Column of a table to leave out; can be given again.
    model
        mlp, convnet, logistic-regression, random-forest, gradient-boosting, knn, or file.py:name of your own.
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
        Share of the records in each training.
    fpr
        Share of the models that never saw a record in which an attacker may accuse it falsely.
    exposed_above
        Exposure from which a record counts as exposed.
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
    fail_over
        Exit with code 1 when more than this many records are exposed.
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
    dataset = load(source, label=label, id=id, group=group, drop=drop or ())
    name = dataset.name if shard is None else f"{dataset.name}-{shard.strip().replace('/', '-of-')}"
    folder = out if out is not None else Path("runs") / name
    with progress_bar(quiet or not sys.stderr) as (progress, note):
        run = flow(
            dataset,
            model=model,
            settings=settings_of(set or []),
            shadows=shadows,
            until_stable=until_stable,
            most_shadows=most_shadows,
            fraction=fraction,
            fpr=fpr,
            exposed_above=exposed_above,
            attacks=attacks,
            seed=seed,
            device=device,
            jobs=jobs,
            backend=backend,
            ray_address=ray_address,
            dask_address=dask_address,
            shard=shard,
            key=key,
            out=folder,
            progress=progress,
            note=note,
        )
    return finish(run, quiet=quiet, json=json, fail_over=fail_over)


@app.command
def score(
    file: Path,
    /,
    *,
    fpr: float = 0.001,
    exposed_above: float = 0.1,
    attacks: str | None = None,
    out: Path | None = None,
    fail_over: Whole | None = None,
    quiet: bool = False,
    json: bool = False,
) -> int:
    """Audit models that are already trained, from their signals or outputs alone, and write a run folder.

    Parameters
    ----------
    file
        An .npz with signals (models, records), or logits or probabilities (models, records, classes) with labels; and
        members. Optional: labels, ids, x; target_signals (or target_logits, target_probabilities), target_members.
    fpr
        Share of the models that never saw a record in which an attacker may accuse it falsely.
    exposed_above
        Exposure from which a record counts as exposed.
    attacks
        Names with commas between; default all that the file can feed.
    out
        Run folder; default runs/NAME of the file.
    fail_over
        Exit with code 1 when more than this many records are exposed.
    quiet
        Print nothing but errors.
    json
        Print summary.json instead of the headline.
    """
    from standout.flows.given import read_given
    from standout.flows.score import score_given

    check_fail_over(fail_over)
    run = score_given(
        read_given(file),
        fpr=fpr,
        exposed_above=exposed_above,
        attacks=attacks,
        name=file.stem,
        out=out if out is not None else Path("runs") / file.stem,
        origin=(str(file),),
    )
    return finish(run, quiet=quiet, json=json, fail_over=fail_over)


@app.command
def merge(
    *runs: Path,
    out: Path,
    source: str | None = None,
    fail_over: Whole | None = None,
    quiet: bool = False,
    json: bool = False,
) -> int:
    """Join the shards of one audit (audit --shard i/n) to the audit, and write its run folder with a report.

    Parameters
    ----------
    runs
        Run folders of all shards.
    out
        Run folder of the whole audit.
    source
        Where the data lie by now; default where the shards had them.
    fail_over
        Exit with code 1 when more than this many records are exposed.
    quiet
        Print nothing but errors.
    json
        Print summary.json instead of the headline.
    """
    from standout.flows.merge import merge as flow

    check_fail_over(fail_over)
    return finish(flow(runs, out=out, source=source), quiet=quiet, json=json, fail_over=fail_over)


@app.command
def report(run: Path, /, *, quiet: bool = False) -> int:
    """Write report.html of a run again, from what is stored.

    Parameters
    ----------
    run
        Run folder of a finished audit.
    quiet
        Print nothing but errors.
    """
    from standout.report.build import write_report
    from standout.run.folder import RunFolder

    RunFolder(run).refuse_unfinished()
    write_report(RunFolder(run))
    if not quiet:
        print(run / "report.html")
    return 0


@app.command
def selfcheck(*, quiet: bool = False, json: bool = False) -> int:
    """Does this installation find what it must, and nothing else? Exit code 1 when a check fails.

    Parameters
    ----------
    quiet
        Print nothing; the exit code says it.
    json
        Print the checks, attack versions and golden values for machines.
    """
    from standout.flows.selfcheck import outcomes, verdict
    from standout.terminal import checked, checks_in_all

    found = []
    for check, seconds in outcomes():
        found.append((check, seconds))
        if not quiet and not json:
            checked(check, seconds)
    said = verdict(found)
    if json:
        print(dump(said))
    elif not quiet:
        checks_in_all(said)
    return int(not said["passed"])


@app.command(name="list")
def list_(what: str, /) -> int:
    """Show what there is, a line each, with its source.

    Parameters
    ----------
    what
        datasets, models, attacks or characteristics.
    """
    from standout.terminal import catalogue

    for line in catalogue(what):
        print(line)
    return 0


def finish(run, *, quiet: bool, json: bool, fail_over: int | None) -> int:
    """Print what was asked of a finished run; returns the exit code."""
    from standout.terminal import headline, shard_line

    if run.shard is not None:
        if json:
            print(dump({"shard": run.shard, "run": str(run.path)}))
        elif not quiet:
            shard_line(run)
        return 0
    if json:
        print(dump(run.summary))
    elif not quiet:
        headline(run)
    return int(fail_over is not None and run.summary["exposed"]["count"] > fail_over)


def dump(content: dict) -> str:
    """JSON for machines."""
    return json.dumps(content, indent=1, ensure_ascii=False)


def main(arguments: list[str] | None = None) -> None:
    """Run a command; bad input is one line on stderr and exit code 2, an interrupt is exit code 130."""
    try:
        code = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except InputError as e:
        _fail(f"standout: {one_line(e, 2000)}")
    except CycloptsError as e:
        _fail(f"standout: {one_line(e, 2000)} (see standout --help)")
    except KeyboardInterrupt:
        print("standout: interrupted; the same command goes on from here", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(line: str) -> NoReturn:
    print(line, file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main()
