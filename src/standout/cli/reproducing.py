"""`standout reproduce`."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from standout.cli.app import app
from standout.cli.arguments import Whole
from standout.cli.finish import dump
from standout.errors import InputError, did_you_mean

PAPERS = ("beyond-overfitting",)


@app.command
def reproduce(
    paper: str,
    /,
    *,
    dataset: str,
    data: Path | None = None,
    scale: str = "small",
    row: Annotated[list[str] | None, Parameter(consume_multiple=False)] = None,
    shadows: Whole | None = None,
    seed: Whole = 0,
    device: str = "auto",
    jobs: Whole | None = None,
    out: Path | None = None,
    quiet: bool = False,
    json: bool = False,
) -> int:
    """Make the tables of a paper again, beside what an audit finds of the same models, and judge its claims.

    Parameters
    ----------
    paper
        beyond-overfitting: Membership Inference Attacks Beyond Overfitting (arXiv 2511.16792).
    dataset
        cifar10, purchase100, texas100; location30 and retail100 stand in for Purchase100.
    data
        Folder with its files (standout list datasets).
    scale
        small (two cores, ten to twelve minutes), or paper (the paper's models, sizes and epochs: a GPU).
    row
        Train this row alone, by its key (original, early-stopping, l2-5e-4, l2-1e-3, l2-5e-3, l2-dropout-25,
        l2-dropout-50, label-smoothing, dp-sgd, dp-sgd-loose, reweighted, l2-dropout-25-reweighted), or all; can be
        given again. The original is always there. Default at scale small: those by which claims are judged, at least.
    shadows
        Models of each row: even, at least 4; default 8 or 16, by data set and scale.
    seed
        Of memberships and trainings.
    device
        auto, cpu or cuda.
    jobs
        Trainings side by side; default one per core.
    out
        Folder; default runs/reproduction-DATASET-SCALE. The same command again uses what is there.
    quiet
        Print nothing but errors.
    json
        Print reproduction.json instead of the table.
    """
    if paper not in PAPERS:
        raise InputError(f"no paper {paper!r}{did_you_mean(paper, PAPERS)} (known: {', '.join(PAPERS)})")
    from standout.flows.reproduce import reproduce as flow
    from standout.terminal import progress_bar
    from standout.terminal_reproduce import reproduced

    with progress_bar(quiet or not sys.stderr) as (progress, note):
        done = flow(
            dataset, data, scale=scale, rows=row, shadows=shadows, seed=seed, device=device, jobs=jobs, out=out,
            progress=progress, note=note,
        )  # fmt: skip
    if json:
        print(dump(done.content))
    elif not quiet:
        reproduced(done)
    return 0
