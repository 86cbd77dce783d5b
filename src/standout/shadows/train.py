"""Train what is missing, stack by stack, side by side on the cores at hand."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pickle import PicklingError
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import BrokenProcessPool, TerminatedWorkerError
from threadpoolctl import threadpool_limits

from standout.cores import cores
from standout.data.dataset import Dataset
from standout.errors import InputError, one_line
from standout.recipes.recipe import Recipe
from standout.run.folder import RunFolder
from standout.shadows.shard import Shard
from standout.shadows.store import StackSums, write_model

Progress = Callable[[int, int], None]
"""progress(models done, models in all)."""


@dataclass(frozen=True)
class Stack:
    """What one task trains: models from number `start` on, one for each seed; those in `stored` have their files."""

    start: int
    seeds: list[int]
    keep: str
    stored: frozenset[int]


def train_missing(
    folder: RunFolder,
    recipe: Recipe,
    dataset: Dataset,
    members: np.ndarray,
    config: dict,
    count: int,
    done: set[int],
    *,
    shard: Shard | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> int:
    """Train and store what is missing of the first `count` models, or of a shard of them; returns how many were
    trained.

    dataset: in id order; members: bool (M, N) of all models of the plan; config: what config.json holds, with key and
    plan; done: numbers of the stored models. A stack of which some files stand is trained whole and only the missing
    files are written, so that a resumed run ends with the bytes of one never stopped.
    """
    plan = config["plan"]
    asked = [
        (start, stop, keep)
        for at, ((start, stop), keep) in enumerate(zip(plan["stacks"], plan["keep"]))
        if start < count and (shard is None or shard.has(at))
    ]
    stacks = [
        Stack(start, plan["seeds"][start:stop], keep, frozenset(done & set(range(start, stop))))
        for start, stop, keep in asked
        if not done.issuperset(range(start, stop))
    ]
    wanted = {m for start, stop, _ in asked for m in range(start, min(stop, count))}
    ready, count = len(done & wanted), len(wanted)
    if progress:
        progress(ready, count)
    if not stacks:
        return 0
    jobs = min(jobs or cores(), len(stacks))
    parent = os.getpid() if jobs > 1 else None
    there = RunFolder(folder.path.absolute())  # a worker of an earlier run may stand in another directory
    tasks = [
        (there, config["key"], recipe, dataset, members[s.start : s.start + len(s.seeds)], s, parent) for s in stacks
    ]
    trained: int = 0
    for new in _run(tasks, jobs):
        trained += new
        if progress:
            progress(min(ready + trained, count), count)
    return trained


def _run(tasks: list[tuple], jobs: int) -> Iterator[int]:
    if jobs == 1:
        for task in tasks:
            yield _train_stack(*task)
        return
    try:
        pool = Parallel(n_jobs=jobs, backend="loky", return_as="generator_unordered", inner_max_num_threads=1)
        results: Any = pool(delayed(_train_stack)(*task) for task in tasks)
        yield from results
    except PicklingError as e:
        why = str(e.__cause__ or e).strip(" \n'\"").rsplit("\n", 1)[-1]  # the last line of the worker's traceback
        raise InputError(
            f"the model or the data cannot be sent to worker processes ({one_line(why)}); give jobs=1 / --jobs 1"
        ) from e
    except OSError as e:
        raise InputError(f"worker processes cannot be used ({one_line(e)}); give jobs=1 / --jobs 1") from e
    except TerminatedWorkerError as e:
        raise InputError(
            "a training process was killed, most likely for lack of memory; finished models are kept: run again with "
            f"--jobs {max(jobs // 2, 1)}"
        ) from e
    except BrokenProcessPool as e:  # a worker could not read its task: code that only this process can import
        raise InputError(
            f"worker processes cannot read the model or the data ({one_line(e)}); give jobs=1 / --jobs 1"
        ) from e


def _train_stack(folder, key, recipe, dataset, members, stack: Stack, parent: int | None) -> int:
    """One task: train a stack, store its models one by one; returns how many. members: bool (K, N) of the stack.
    parent: process of the run that a worker serves."""
    sums = StackSums() if stack.keep == "sums" else None
    model, written = stack.start, 0
    try:
        with threadpool_limits(1):
            if abandoned(folder, key, parent):
                return 0
            for k, trained in enumerate(recipe.train(dataset, members, np.asarray(stack.seeds))):
                if sums is not None:
                    sums.add(trained, members[k])
                if model not in stack.stored:
                    if abandoned(folder, key, parent):
                        return written
                    last = k == len(members) - 1
                    write_model(
                        folder,
                        model,
                        members[k],
                        trained,
                        dataset.y,
                        key=key,
                        seed=stack.seeds[k],
                        sums=sums,
                        last=last,
                    )
                    written += 1
                model += 1
    except InputError:
        raise
    except (Exception, SystemExit) as e:
        raise InputError(f"{recipe.name} failed while training model {model}: {type(e).__name__}: {one_line(e)}") from e
    return written


def abandoned(folder: RunFolder, key: str, parent: int | None) -> bool:
    """Whether the run that a worker serves is gone, or its folder is by now that of another audit. A worker outlives
    a killed run, and must not write into what comes after. Never in the run's own process (parent None)."""
    if parent is None:
        return False
    if os.getppid() != parent:
        return True
    try:
        return (folder.read_json("config.json") or {}).get("key") != key
    except InputError:
        return True
