"""How a command ends: what is printed, and the exit code."""

import json as json_module


def finish(run, *, quiet: bool, json: bool, fail_over: int | None) -> int:
    """Print what was asked of a finished run; returns the exit code: 1 where more records are exposed than `fail_over`,
    or else the policy, accepts."""
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
    most = fail_over if fail_over is not None else (run.summary["policy"] or {}).get("count")
    count = run.summary["exposed"]["count"]
    if most is None or count <= most:
        return 0
    if not (json or quiet):
        print(f"exit code 1: {count:,} records are exposed, and {most:,} are accepted")
    return 1


def dump(content: dict) -> str:
    """JSON for machines."""
    return json_module.dumps(content, indent=1, ensure_ascii=False)
