"""What this installation has and can: `standout selfcheck`, `list`."""

from standout.cli.app import app
from standout.cli.finish import dump


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
        datasets, models, attacks, characteristics or defences.
    """
    from standout.terminal import catalogue

    for line in catalogue(what):
        print(line)
    return 0
