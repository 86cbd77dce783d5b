"""Files of models that several folders hold, as those of one run."""

import contextlib
import filecmp
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from standout.errors import InputError, listed
from standout.run.folder import RunFolder
from standout.shadows.shard import Shard, shard_of
from standout.shadows.store import name_of, refuse_other


class Part(NamedTuple):
    """A folder that holds models of a run, and which shard it is; None where it is no shard."""

    folder: RunFolder
    shard: Shard | None


def pick(parts: list[Part], key: str, plan: dict, count: int, members: np.ndarray) -> dict[int, Path]:
    """Where each model of the stacks that make the first `count` lies.

    key, plan: of the run, the same in all parts; members: bool (M, N) of its models. Raises InputError where a stack is
    missing or not whole, where two folders hold a model with different bytes, and where a file is damaged or is of
    another audit.
    """
    there = [(part.folder, _names(part.folder)) for part in parts]  # a listing of each, not a question for each model
    found: dict[int, Path] = {}
    missing: dict[int, list[int]] = {}
    for stack, (start, stop) in enumerate(plan["stacks"]):
        if start >= count:
            break
        for model in range(start, stop):
            paths = [folder.path / name_of(model) for folder, names in there if name_of(model) in names]
            if not paths:
                missing.setdefault(stack, []).append(model)
                continue
            for other in paths[1:]:
                if not filecmp.cmp(paths[0], other, shallow=False):
                    raise InputError(
                        f"{paths[0]} and {other} should hold the same model and differ; delete the wrong one"
                    )
            refuse_other(paths[0], key, plan["seeds"][model], members[model])
            found[model] = paths[0]
    if missing:
        raise InputError(_missing(parts, missing))
    return found


def _names(folder: RunFolder) -> set[str]:
    """Names of the files in `shadows/`, within the run folder."""
    return {f"shadows/{name}" for name in os.listdir(folder.shadows)} if folder.shadows.is_dir() else set()


def _missing(parts: list[Part], missing: dict[int, list[int]]) -> str:
    """What is missing, in one line: shards by name where all parts are shards of as many."""
    models = [m for of_stack in missing.values() for m in of_stack]
    lacks = f"{len(models)} models, the first of them model {models[0]}"
    there = {part.shard for part in parts if part.shard is not None}
    if len({shard.of for shard in there}) != 1:
        return f"shards are missing ({lacks}); name the folders of all of them"
    of = next(iter(there)).of
    shards = sorted({shard_of(stack, of).number for stack in missing})
    absent = [f"{n}/{of}" for n in shards if Shard(n, of) not in there]
    cut = [f"{n}/{of}" for n in shards if Shard(n, of) in there]
    says = [f"shard {listed(absent)} is missing"] if absent else []
    says += [f"shard {listed(cut)} is not finished: run it again"] if cut else []
    return f"{'; '.join(says)} ({lacks})"


def join(found: dict[int, Path], folder: RunFolder) -> None:
    """Put the files into a run folder: as links, which take no room, where the file system can, else as copies.

    Raises InputError where the folder holds another file in place of one of them.
    """
    for model, path in found.items():
        target = folder.path / name_of(model)
        if target.exists():
            if not filecmp.cmp(path, target, shallow=False):
                raise InputError(f"{path} and {target} should hold the same model and differ; delete the wrong one")
            continue
        with contextlib.suppress(OSError):  # another file system, or one without links
            os.link(path, target)
            continue
        folder.write(name_of(model), path.read_bytes())
