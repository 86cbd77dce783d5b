"""Workers of a Ray cluster: a task for each stack, a share of a GPU with it where models are trained on one."""

import contextlib
import logging
import os
import secrets
from collections.abc import Iterator
from typing import Any

import ray  # pyright: ignore[reportMissingImports]
from ray import exceptions as failures  # pyright: ignore[reportMissingImports]

from standout.cores import cores
from standout.errors import InputError, one_line
from standout.shadows.backends.crew import refuse_unsendable, unreadable
from standout.shadows.backends.network import refuse_silent
from standout.shadows.backends.worker import Told, serve_far
from standout.shadows.stack import Stack, Work

LOST = (
    failures.WorkerCrashedError,
    failures.OutOfMemoryError,
    failures.NodeDiedError,
    failures.ObjectLostError,
)


def serve(name: str, where: list, stack: Stack, told: Told) -> int:
    """A task. where: the reference to the work, in a list, so that Ray does not fetch it before the threads are set."""
    return serve_far(name, lambda: _fetch(where[0]), stack, told)


def _fetch(reference) -> Work:
    try:
        return ray.get(reference)
    except failures.RayError as e:
        if isinstance(e, LOST):
            raise
        raise unreadable(e.__cause__ or e, "ray") from e


class OnRay:
    """Tasks of one CPU each; jobs: how many at once, default as many as the cluster takes.

    address: of the cluster; None for the environment's RAY_ADDRESS, else a cluster of this machine, for this run alone.
    """

    def __init__(self, jobs: int | None = None, address: str | None = None):
        self.asked, self.address = jobs, address
        self.ours = False
        self.work: Any = None
        self.name = ""

    def jobs(self, tasks: int) -> int:
        return min(self.asked or tasks, tasks)

    def fewer(self, jobs: int) -> int:
        return max(min(jobs, self._takes()) // 2, 1)

    def _takes(self) -> int:
        """How many tasks the cluster can do at once, as it is now."""
        return max(int(ray.cluster_resources().get("CPU", 1)), 1)

    def run(self, work: Work, stacks: list[Stack], jobs: int) -> Iterator[tuple[Stack, bool]]:
        refuse_unsendable(work, "ray")
        self._connect(jobs)
        if self.work is None:
            try:
                self.work, self.name = ray.put(work), secrets.token_hex(8)
            except failures.RayError as e:
                raise InputError(f"the data do not fit into Ray's object store: {one_line(e)}") from e
        task = ray.remote(max_retries=0, num_cpus=1, num_gpus=self._share(work), scheduling_strategy="SPREAD")(serve)
        told, waiting, busy = Told.of(work), stacks[::-1], {}
        try:
            while waiting or busy:
                while waiting and len(busy) < jobs:
                    stack = waiting.pop()
                    busy[task.remote(self.name, [self.work], stack, told)] = stack
                for reference in ray.wait(list(busy), num_returns=1)[0]:
                    yield busy.pop(reference), _ended(reference)
        finally:
            for reference in busy:
                ray.cancel(reference, force=True)

    def _share(self, work: Work) -> float:
        """The part of a GPU that a job has: with `jobs` on n GPUs, each is for jobs / n of them."""
        if not work.on_gpu:
            return 0
        there = ray.cluster_resources().get("GPU", 0)
        if not there:
            raise InputError("models are to be trained on a GPU, and the Ray cluster has none; give --device cpu")
        return share_of_gpu(self.asked, int(there))

    def _connect(self, jobs: int) -> None:
        if ray.is_initialized():
            return
        if self.address not in (None, "auto", "local"):
            refuse_silent(self.address, "ray")
        quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL}
        try:
            if self.address is None and not os.environ.get("RAY_ADDRESS"):
                ray.init(address="local", num_cpus=self.asked or min(cores(), jobs), include_dashboard=False, **quiet)
            else:
                ray.init(address=self.address, **quiet)
        except Exception as e:  # ConnectionError, RuntimeError and others
            there = self.address or "of RAY_ADDRESS"
            raise InputError(
                f"no Ray cluster at {there} can be used: {one_line(e)}; give --ray-address HOST:PORT"
            ) from e
        self.ours = True

    def __enter__(self) -> "OnRay":
        return self

    def __exit__(self, kind, error, trace) -> None:
        self.work = None
        if self.ours:
            self.ours = False
            with contextlib.suppress(Exception):
                ray.shutdown()


def share_of_gpu(jobs: int | None, there: int) -> float:
    """num_gpus of a task, where `jobs` of them share `there` GPUs: 1 / slots, one slot by default."""
    return 1 / -(-(jobs or 1) // there)


def _ended(reference) -> bool:
    """Whether a task ended well; False where its worker is no more. Raises InputError where it failed."""
    try:
        ray.get(reference)
    except LOST:
        return False
    except failures.RayTaskError as e:
        cause = e.cause
        if isinstance(cause, InputError):
            raise cause from None
        if isinstance(cause, LOST):
            return False
        raise unreadable(cause, "ray") from e
    except failures.RayError as e:
        raise InputError(f"Ray gave up: {one_line(e)}; the same command goes on from here") from e
    return True
