"""Train what is missing, stack by stack; where a worker is lost, once more with half the jobs."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from standout.data.dataset import Dataset
from standout.errors import InputError, listed
from standout.recipes.recipe import Recipe
from standout.run.folder import RunFolder
from standout.shadows.backends import Crew, Local
from standout.shadows.shard import Shard
from standout.shadows.stack import Also, Stack, Work
from standout.shadows.store import name_of

Progress = Callable[[int, int], None]
"""progress(models done, models in all)."""
LATE = 60.0
"""Seconds after which a file that a worker has written is seen by all, or never."""


def train_missing(
    folder: RunFolder,
    recipe: Recipe,
    dataset: Dataset,
    members: np.ndarray,
    config: dict,
    count: int,
    done: set[int],
    *,
    crew: Crew | None = None,
    shard: Shard | None = None,
    progress: Progress | None = None,
    also: Sequence[Also] = (),
) -> int:
    """Train and store what is missing of the first `count` models, or of a shard of them; returns how many were
    trained.

    dataset: in id order; members: bool (M, N) of all models of the plan; config: what config.json holds, with key and
    plan; done: numbers of the stored models; crew: who trains, default this process; also: runs of the same
    plan that store other answers of these models, each where it lacks them. A stack of which some files stand
    is trained whole and only the missing files are written, so that a resumed run ends with the bytes of one never
    stopped.
    """
    plan = config["plan"]
    asked = [
        (start, stop, keep)
        for at, ((start, stop), keep) in enumerate(zip(plan["stacks"], plan["keep"]))
        if start < count and (shard is None or shard.has(at))
    ]
    stacks = [
        Stack(start, plan["seeds"][start:stop], keep, frozenset(done & set(range(start, stop))), members[start:stop])
        for start, stop, keep in asked
        if not done.issuperset(range(start, stop)) or any(a.lacks(range(start, stop)) for a in also)
    ]
    wanted = {m for start, stop, _ in asked for m in range(start, min(stop, count))}
    ready, count = len(done & wanted), len(wanted)
    if progress:
        progress(ready, count)
    if not stacks:
        return 0
    there = RunFolder(folder.path.absolute())  # a worker may stand in another directory
    others = tuple(replace(a, folder=RunFolder(a.folder.path.absolute())) for a in also)
    trained = 0
    for stack in _trained(crew or Local(1), Work(there, config["key"], recipe, dataset, others), stacks):
        trained += len(stack.seeds) - len(stack.stored)
        if progress:
            progress(min(ready + trained, count), count)
    wait_for(folder, [m for s in stacks for m in range(s.start, s.start + len(s.seeds)) if m not in s.stored])
    for a in others:
        wait_for(a.folder, [m for s in stacks for m in range(s.start, s.start + len(s.seeds))])
    return trained


def wait_for(folder: RunFolder, models: list[int]) -> None:
    """Until the files of these models are seen: a file system that machines share may show them late. Raises InputError
    where they are not."""
    until = time.monotonic() + LATE
    while missing := [m for m in models if not (folder.path / name_of(m)).exists()]:
        if time.monotonic() > until:
            raise InputError(
                f"{folder.path / name_of(missing[0])} was written by a worker and is not seen here: the run folder "
                "must lie on a file system that all workers share, under the same path"
            )
        time.sleep(0.2)


def _trained(crew: Crew, work: Work, stacks: list[Stack]) -> Iterator[Stack]:
    """Each stack once it is trained. Those that a lost worker had are given out once more, to half as many jobs: most
    likely memory was short. Raises InputError where they are lost again."""
    jobs = crew.jobs(len(stacks))
    asked = {s.start: s for s in stacks}
    lost_before: set[int] = set()
    while stacks:
        lost: list[Stack] = []
        for stack, fine in crew.run(work, stacks, jobs):
            if fine:
                yield asked[stack.start]
            else:
                lost.append(stack)
        fewer = crew.fewer(jobs)
        if again := [s.start for s in lost if s.start in lost_before]:
            side_by_side = "alone" if jobs == 1 else f"beside {jobs - 1} others"
            mend = "give it more memory" if jobs == 1 else f"run again with --jobs {fewer}, or give it more memory"
            raise InputError(
                f"a training process was killed twice (stack of model {listed(sorted(again), 3)}), the second time "
                f"{side_by_side}: most likely memory is too small; finished models are kept: {mend}"
            )
        lost_before.update(s.start for s in lost)
        stacks, jobs = [_as_it_stands(work, s) for s in sorted(lost, key=lambda s: s.start)], fewer


def _as_it_stands(work: Work, stack: Stack) -> Stack:
    """A stack with the models that its lost worker had stored: finished files are not written again."""
    models = range(stack.start, stack.start + len(stack.seeds))
    return replace(stack, stored=frozenset(m for m in models if (work.folder.path / name_of(m)).exists()))
