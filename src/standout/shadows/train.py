"""Train what is missing, stack by stack, side by side on the cores at hand."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError
from threadpoolctl import threadpool_limits

from standout.data.dataset import Dataset
from standout.errors import InputError, one_line
from standout.recipes.recipe import Recipe
from standout.run.folder import RunFolder
from standout.shadows.store import StackSums, finished, write_model

Progress = Callable[[int, int], None]
"""progress(models done, models in all)."""


def cores() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def train_missing(
    folder: RunFolder,
    recipe: Recipe,
    dataset: Dataset,
    members: np.ndarray,
    plan: dict,
    count: int,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> int:
    """Train and store what is missing of the first `count` models; returns how many were trained.

    dataset: in id order; members: bool (M, N) of all models of the plan. A stack of which some
    files stand is trained whole and only the missing files are written, so that a resumed run ends with the bytes of
    one never stopped.
    """
    done = finished(folder)
    stacks = [(a, b) for a, b in plan["stacks"] if a < count and not done.issuperset(range(a, b))]
    ready = len(done & set(range(count)))
    if progress:
        progress(ready, count)
    if not stacks:
        return 0
    jobs = min(jobs or cores(), len(stacks))
    tasks = [
        (folder, recipe, dataset, members[a:b], a, [plan["seeds"][m] for m in range(a, b)], plan["keep"],
         sorted(done & set(range(a, b))))
        for a, b in stacks
    ]  # fmt: skip
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
    except TerminatedWorkerError as e:
        raise InputError(
            "a training process was killed, most likely for lack of memory; finished models are kept: run again with "
            f"--jobs {max(jobs // 2, 1)}"
        ) from e


def _train_stack(folder, recipe, dataset, members, start, seeds, keep, stored) -> int:
    """One task: train a stack, store its models one by one."""
    sums = StackSums() if keep == "sums" else None
    written = 0
    try:
        with threadpool_limits(1):
            models = recipe.train(dataset, members, np.asarray(seeds))
            for k, trained in enumerate(models):
                skip = start + k in stored
                write_model(
                    folder, start + k, members[k], trained, dataset.y,
                    keep=keep, sums=sums, last=k == len(members) - 1, skip=skip,
                )  # fmt: skip
                written += not skip
    except InputError:
        raise
    except (Exception, SystemExit) as e:
        model = start + written
        raise InputError(f"{recipe.name} failed while training model {model}: {type(e).__name__}: {one_line(e)}") from e
    return written
