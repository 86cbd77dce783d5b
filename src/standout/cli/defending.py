"""`standout defend`."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from standout.cli.app import app
from standout.cli.arguments import Whole
from standout.cli.finish import dump


@app.command
def defend(
    run: Path,
    /,
    *,
    defence: Annotated[list[str] | None, Parameter(consume_multiple=False)] = None,
    on: str = "exposed",
    rounds: Whole = 1,
    source: str | None = None,
    jobs: Whole | None = None,
    backend: str = "local",
    quiet: bool = False,
    json: bool = False,
) -> int:
    """Train an audit's models again under defences, attack them by someone who knows the defence, and say what protects
    the exposed records at what cost.

    Parameters
    ----------
    run
        Run folder of a finished audit.
    defence
        NAME[:STRENGTH], or several joined by +; can be given again (standout list defences).
    on
        Whom targeted defences are aimed at: exposed, suspects (the head of the screening), suspect-labels (of that
        cause), all, or a file of ids, one a line.
    rounds
        Train an aimed defence so many times, each time aimed at those, too, whom it exposes.
    source
        Where the data lie by now; default where the audit had them.
    jobs
        Trainings side by side; default one per core.
    backend
        local, ray or dask.
    quiet
        Print nothing but errors.
    json
        Print defences.json instead of the table.
    """
    from standout.flows.defend import defend as flow
    from standout.terminal import progress_bar
    from standout.terminal_defend import defended

    with progress_bar(quiet or not sys.stderr) as (progress, note):
        done = flow(
            run,
            *(defence or []),
            on=on,
            rounds=rounds,
            source=source,
            jobs=jobs,
            backend=backend,
            progress=progress,
            note=note,
        )
    if json:
        print(dump(done.defences))
    elif not quiet:
        defended(done)
    return 0
