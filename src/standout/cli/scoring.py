"""`standout score`."""

from pathlib import Path

from standout.cli.app import app
from standout.cli.arguments import Whole, check_fail_over
from standout.cli.finish import finish


@app.command
def score(
    file: Path,
    /,
    *,
    fpr: float | None = None,
    exposed_above: float | None = None,
    attacks: str | None = None,
    out: Path | None = None,
    policy: Path | None = None,
    fail_over: Whole | None = None,
    redact: bool = False,
    quiet: bool = False,
    json: bool = False,
) -> int:
    """Audit models that are already trained, from their signals or outputs alone, and write a run folder.

    Parameters
    ----------
    file
        An .npz with signals (models, records), or logits or probabilities (models, records, classes) with labels; and
        members. Optional: labels, ids, x; target_signals (or target_logits, target_probabilities), target_members. Or
        a file or folder of another tool that holds as much (docs/score.md).
    fpr
        Share of the models that never saw a record in which an attacker may accuse it falsely; default 0.001.
    exposed_above
        Exposure from which a record counts as exposed; default 0.1.
    attacks
        Names with commas between; default all that the file can feed.
    out
        Run folder; default runs/NAME of the file.
    policy
        A TOML file of what is accepted: fpr, exposure, count of exposed records, and what membership reveals.
    fail_over
        Exit with code 1 when more than this many records are exposed.
    redact
        A report without ids and contents of records.
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
        policy=policy,
        redact=redact,
        name=file.stem,
        out=out if out is not None else Path("runs") / file.stem,
        origin=(str(file),),
    )
    return finish(run, quiet=quiet, json=json, fail_over=fail_over)
