"""Shards of one audit, trained apart, joined to the audit: what it would have been in one go, to the byte."""

import time
from collections.abc import Sequence
from pathlib import Path

from standout.errors import InputError, listed
from standout.flows.analysis import Made, analyse
from standout.flows.options import Options
from standout.flows.place import config_there, path_of, place, scored, well_formed
from standout.flows.preparing import refuse_unrecognised
from standout.flows.run import Run
from standout.flows.stored import members_again, records_again
from standout.report.build import write_report
from standout.run.folder import RunFolder
from standout.run.key import differences, libraries
from standout.shadows.join import Part, join, pick
from standout.shadows.shard import Shard
from standout.shadows.store import Shadows


def merge(
    runs: Sequence[str | Path],
    x=None,
    y=None,
    *,
    out: str | Path,
    ids: Sequence | None = None,
    groups: Sequence | None = None,
    source: str | Path | None = None,
) -> Run:
    """Join the shards of one audit, and analyse them; nothing is trained.

    runs: folders of `audit(..., shard="i/n")`. out: run folder of the whole audit; model files are linked into it where
    the file system can, else copied. The data are read from where the shards had them; source: where they lie by now.
    x, y, ids, groups: the data of shards that were given them from Python, as `audit` takes them.

    Returns the Run of the whole audit. Raises InputError, in one line, where shards are not of one audit and one plan,
    where one is missing or differs from its double, and where the data are not those of the shards.
    """
    start = time.perf_counter()
    configs = agreeing([path_of(run, "a run") for run in runs])
    config = whole(next(iter(configs.values())))
    parts, asked, plan = config["parts"], config["asked"], config["plan"]
    refuse_unrecognised(parts, "merge")
    if differs := differences(parts["libraries"], libraries()):
        raise InputError(f"the shards were trained with other versions: {listed(differs, 4)}; merge with those")
    records = records_again(
        config, x, y, ids, groups, source, "the shards", "join them there, by standout.merge(runs, x, y, out=)"
    )  # fmt: skip
    members = members_again(config, records, len(plan["seeds"]))
    found = pick(
        [Part(RunFolder(path), shard_in(c)) for path, c in configs.items()],
        config["key"], plan, asked["shadows"], members,
    )  # fmt: skip
    count = asked["shadows"]
    options = Options(
        count, asked["fraction"], asked["seed"], asked["fpr"], asked["exposed_above"], tuple(asked["attacks"]),
        records=asked.get("records"), records_from=asked.get("records_from", "random"),
    ).checked()  # fmt: skip
    with place(out) as folder:
        there = config_there(folder, parts)
        if there is not None:
            refuse_other(folder.path, whole(there), "the shards", {**config, "asked": whole(there)["asked"]})
        folder.sweep()
        folder.write_json("config.json", config)
        join(found, folder)
        stored = Shadows(folder, config["key"], plan["seeds"][:count], members[:count])
        made = Made(config["model"]["name"], asked["seed"], asked["fraction"])
        analyse(
            folder, config, records, stored, options, made, config["notes"],
            seconds=time.perf_counter() - start,
        )  # fmt: skip
        write_report(folder)
    return Run(folder.path)


def agreeing(paths: list[Path]) -> dict[Path, dict]:
    """config.json of each run. Raises InputError where there is none, or two are not of one audit."""
    if not paths:
        raise InputError("no run is given; name the folders of all shards: standout merge RUN RUN ... --out DIR")
    configs = {}
    for path in paths:
        config = RunFolder(path).read_json("config.json")
        if config is None:
            raise InputError(f"{path} holds no audit (no config.json); name the folders of shards")
        if not well_formed(config) or scored(config["parts"]) or "notes" not in config:
            raise InputError(f"{path} holds no shard of an audit; name folders of standout audit SOURCE --shard i/n")
        configs[path] = config
    first = next(iter(configs))
    for path, config in configs.items():
        refuse_other(first, whole(configs[first]), str(path), whole(config))
    return configs


def refuse_other(first: Path, there: dict, name: str, here: dict) -> None:
    """Raises InputError where two configs are not of one audit with one plan."""
    for what in ("parts", "asked", "plan"):
        if differs := differences(there[what], here[what]):
            raise InputError(
                f"{first} and {name} are not shards of one audit with one plan: {listed(differs, 4)} ({first} there, "
                f"{name} here)"
            )


def whole(config: dict) -> dict:
    """The config of the audit that a shard is a part of."""
    return {**config, "asked": {k: v for k, v in config["asked"].items() if k != "shard"}}


def shard_in(config: dict) -> Shard | None:
    """Which shard a run is; None for a whole audit."""
    shard = config["asked"].get("shard")
    return None if shard is None else Shard.read(shard)
