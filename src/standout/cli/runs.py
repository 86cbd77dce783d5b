"""What works on runs that are there: `standout merge`, `compare`, `explain`, `report`."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from standout.cli.app import app
from standout.cli.arguments import Whole, check_fail_over
from standout.cli.finish import dump, finish
from standout.errors import InputError


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
def compare(
    *runs: Path, report: Path | None = None, redact: bool = False, quiet: bool = False, json: bool = False
) -> int:
    """Set finished runs side by side: figures, and what becomes of the records that they share.

    Parameters
    ----------
    runs
        Two or more run folders.
    report
        Write the comparison to this file, one self-contained HTML page.
    redact
        That page without ids and labels of records.
    quiet
        Print nothing but errors.
    json
        Print the comparison for machines.
    """
    from standout.flows.compare import compare as flow
    from standout.terminal_compare import compared

    if redact and report is None:
        raise InputError("--redact is about the page; give --report FILE too")
    found = flow(*runs)
    if report is not None:
        found.report(report, redact=redact)
    if json:
        print(dump(found.as_dict()))
    elif not quiet:
        compared(found)
        if report is not None:
            print(f"report: {report}")
    return 0


@app.command
def explain(
    run: Path,
    /,
    *,
    source: str | None = None,
    quasi_identifier: Annotated[list[str] | None, Parameter(consume_multiple=False)] = None,
    quiet: bool = False,
    json: bool = False,
) -> int:
    """Characteristics, causes and report of a finished run again, from what is stored; nothing is trained.

    Parameters
    ----------
    run
        Run folder of a finished audit.
    source
        Where the data lie by now; default where the audit had them.
    quasi_identifier
        Column of a table by which others may know a record; can be given again. In place of those of the audit.
    quiet
        Print nothing but errors.
    json
        Print summary.json instead of the headline.
    """
    from standout.flows.explain_run import explain_run as flow

    return finish(
        flow(run, source=source, quasi_identifiers=quasi_identifier), quiet=quiet, json=json, fail_over=sys.maxsize
    )
