"""`standout report`."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from standout.cli.app import app
from standout.errors import InputError


@app.command
def report(
    run: Path,
    /,
    *,
    out: Path | None = None,
    redact: bool = False,
    ids: bool = False,
    show: Annotated[bool, Parameter(name="--open")] = False,
    quiet: bool = False,
) -> int:
    """Write report.html of a run again, from what is stored. For machines, summary.json of the run says it all.

    Parameters
    ----------
    run
        Run folder of a finished audit.
    out
        Write to this file; report.html of the run stays as it is.
    redact
        Without ids and contents of records.
    ids
        With --redact: with ids all the same.
    show
        Open the report in the browser.
    quiet
        Print nothing but errors.
    """
    from standout.report.build import write_report
    from standout.run.folder import RunFolder

    if ids and not redact:
        raise InputError("--ids goes with --redact: a report that is not redacted shows ids anyway")
    RunFolder(run).refuse_unfinished()
    write_report(RunFolder(run), redact=redact, ids=ids, to=out)
    written = run / "report.html" if out is None else out
    if not quiet:
        print(written)
    if show and not opened(written):
        print(f"standout: no browser is known here; open {written} by hand", file=sys.stderr)
    return 0


def opened(page: Path) -> bool:
    """Hand a file to the default browser; whether there is one."""
    import webbrowser

    try:
        return webbrowser.open(page.resolve().as_uri())
    except webbrowser.Error:
        return False
