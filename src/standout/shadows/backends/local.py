"""Processes of this machine, one to a slot, so that a lost one takes only its own task along."""

import contextlib
import os
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from pickle import PicklingError

from joblib.externals.loky.process_executor import BrokenProcessPool, ProcessPoolExecutor, TerminatedWorkerError

from standout.cores import cores, gpus
from standout.errors import InputError, one_line
from standout.shadows.backends.crew import unsendable
from standout.shadows.backends.shared import Shared
from standout.shadows.backends.worker import forget, serve_near
from standout.shadows.stack import Stack, Work, train_stack
from standout.threads import ONE_THREAD

IDLE = 300
"""Seconds after which a process that nobody uses ends; until then the next audit of this process has it."""

_idle: dict[str | None, list[ProcessPoolExecutor]] = {}
"""Processes at rest, by the GPU that they see."""


def gpu_of(slot: int, there: list[str]) -> str | None:
    """Which of the GPUs `there` a slot uses: they take turns, so that with K slots to each no GPU has more than K."""
    return there[slot % len(there)] if there else None


class Local:
    """`jobs` processes, default one for each core. One job alone is done in the run's own process."""

    def __init__(self, jobs: int | None = None):
        self.asked = jobs
        self.slots: dict[int, ProcessPoolExecutor] = {}
        self.shared: Shared | None = None

    def jobs(self, tasks: int) -> int:
        return min(self.asked or cores(), tasks)

    def fewer(self, jobs: int) -> int:
        return max(jobs // 2, 1)

    def run(self, work: Work, stacks: list[Stack], jobs: int) -> Iterator[tuple[Stack, bool]]:
        if jobs == 1 and self.shared is None:
            for stack in stacks:
                train_stack(work, stack)
                yield stack, True
            return
        try:
            yield from self._apart(work, stacks, jobs)
        except OSError as e:
            raise InputError(f"worker processes cannot be used ({one_line(e)}); give jobs=1 / --jobs 1") from e

    def _apart(self, work: Work, stacks: list[Stack], jobs: int) -> Iterator[tuple[Stack, bool]]:
        if self.shared is None:
            self.shared = Shared.of(work)
        there = gpus() if work.on_gpu else []
        for slot in [s for s in self.slots if s >= jobs]:
            _rest(self.slots.pop(slot), gpu_of(slot, there))
        waiting = stacks[::-1]
        busy: dict[Future, tuple[int, Stack]] = {}
        free = list(range(jobs))
        while waiting or busy:
            while waiting and free:
                slot, stack = free.pop(0), waiting.pop()
                if slot not in self.slots:
                    self.slots[slot] = _process(gpu_of(slot, there))
                task = (serve_near, self.shared.path, self.shared.read, stack, os.getpid())
                busy[self.slots[slot].submit(*task)] = (slot, stack)
            for future in wait(busy, return_when=FIRST_COMPLETED).done:
                slot, stack = busy.pop(future)
                fine = _ended(future)
                if not fine:
                    self.slots.pop(slot).shutdown(wait=False, kill_workers=True)
                if fine or not (busy or free):  # with one process less there is more memory, while there is another
                    free.append(slot)
                yield stack, fine

    def __enter__(self) -> "Local":
        return self

    def __exit__(self, kind, error, trace) -> None:
        there = gpus() if self.slots else []
        for slot, process in self.slots.items():
            if kind is None:
                _rest(process, gpu_of(slot, there))
            else:
                process.shutdown(wait=True, kill_workers=True)
        self.slots = {}
        if self.shared is not None:
            self.shared.remove()
            self.shared = None


def _process(gpu: str | None) -> ProcessPoolExecutor:
    while _idle.get(gpu):
        process = _idle[gpu].pop()
        with contextlib.suppress(BrokenProcessPool):  # killed while it was at rest
            process.submit(forget).result()
            return process
    env = ONE_THREAD if gpu is None else {**ONE_THREAD, "CUDA_VISIBLE_DEVICES": gpu}
    return ProcessPoolExecutor(max_workers=1, timeout=IDLE, env=env)


def _rest(process: ProcessPoolExecutor, gpu: str | None) -> None:
    with contextlib.suppress(BrokenProcessPool):
        process.submit(forget)
    _idle.setdefault(gpu, []).append(process)


def _ended(future: Future) -> bool:
    """Whether a task ended well; False where its process is no more. Raises InputError where it failed."""
    try:
        future.result()
    except InputError:
        raise
    except PicklingError as e:
        raise unsendable(e, "local") from e
    except TerminatedWorkerError:
        return False
    except BrokenProcessPool as e:
        raise InputError(f"worker processes cannot be used ({one_line(e)}); give jobs=1 / --jobs 1") from e
    return True
