"""`standout screen`."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from standout.cli.app import app
from standout.cli.arguments import Whole, settings_of
from standout.cli.finish import dump


@app.command
def screen(
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
    seed: Whole = 0,
    device: str = "auto",
    out: Path | None = None,
    quiet: bool = False,
    json: bool = False,
) -> int:
    """Train once and rank the records that an audit would most likely expose; audit --records-from screen goes on.

    Parameters
    ----------
    source
        As for standout audit.
    data
        Folder with the files of a benchmark (standout list datasets).
    label
        Column of a table that holds the class; its number, from 1, where the table has no header.
    id
        Column of a table that names the records; never a feature.
    group
        Column of a table that names groups; never a feature.
    drop
        Column of a table to leave out; can be given again.
    model
        mlp, convnet, densenet, logistic-regression, random-forest, gradient-boosting, knn, or file.py:name of your own.
    set
        Setting of the model as key=value; can be given again.
    seed
        Of the training.
    device
        auto, cpu or cuda.
    out
        Folder for screen.csv and screen.json; default runs/NAME-screen.
    quiet
        Print nothing but errors.
    json
        Print screen.json instead of the first records.
    """
    from standout.data.source import load
    from standout.flows.screen import screen as flow
    from standout.terminal_screen import first_records

    dataset = load(source, label=label, id=id, group=group, drop=drop or (), data=data)
    folder = out if out is not None else Path("runs") / f"{dataset.name}-screen"
    found = flow(dataset, model=model, settings=settings_of(set or []), seed=seed, device=device, out=folder)
    if json:
        sys.stdout.write(dump(found.summary) + "\n")
    elif not quiet:
        first_records(found)
    return 0
