"""Workers of a Dask cluster: a task for each stack."""

import contextlib
import logging
import secrets
from collections.abc import Iterator
from typing import Any

import distributed  # pyright: ignore[reportMissingImports]
from distributed.client import FutureCancelledError  # pyright: ignore[reportMissingImports]
from distributed.scheduler import KilledWorker  # pyright: ignore[reportMissingImports]

from standout.cores import cores
from standout.errors import InputError, one_line
from standout.shadows.backends.crew import refuse_unsendable, unreadable
from standout.shadows.backends.network import PATIENCE, refuse_silent
from standout.shadows.backends.worker import Told, serve_far
from standout.shadows.stack import Stack, Work

LOST = (KilledWorker, FutureCancelledError)


def serve(name: str, work: Work, stack: Stack, told: Told) -> int:
    """A task; Dask hands the work in, which it sent to the worker once."""
    return serve_far(name, lambda: work, stack, told)


class OnDask:
    """jobs: how many tasks at once, default as many as the cluster takes. Dask itself gives the tasks of a lost worker
    to another, several times; only what it gives up is lost here.

    address: of the scheduler; None for a cluster of this machine, for this run alone.
    """

    def __init__(self, jobs: int | None = None, address: str | None = None):
        self.asked, self.address = jobs, address
        self.client: Any = None
        self.open = contextlib.ExitStack()

    def jobs(self, tasks: int) -> int:
        return min(self.asked or tasks, tasks)

    def fewer(self, jobs: int) -> int:
        return max(min(jobs, sum(self.client.nthreads().values())) // 2, 1)

    def run(self, work: Work, stacks: list[Stack], jobs: int) -> Iterator[tuple[Stack, bool]]:
        refuse_unsendable(work, "dask")
        client = self._connected(jobs)
        told, waiting, name = Told.of(work), stacks[::-1], secrets.token_hex(8)
        try:
            [shared] = client.scatter([work], broadcast=True, hash=False)
            busy: dict[Any, Stack] = {}
            ended = distributed.as_completed(loop=client.loop)
            while waiting or busy:
                while waiting and len(busy) < jobs:
                    stack = waiting.pop()
                    future = client.submit(serve, name, shared, stack, told, pure=False)
                    busy[future] = stack
                    ended.add(future)
                future = next(ended)
                yield busy.pop(future), _ended(future)
        except (OSError, TimeoutError) as e:
            raise InputError(f"the Dask cluster is lost ({one_line(e)}); the same command goes on from here") from e

    def _connected(self, jobs: int) -> Any:
        if self.client is not None:
            return self.client
        if self.address is not None:
            refuse_silent(self.address, "dask")
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            where: Any = self.address
            if where is None:
                workers = self.asked or min(cores(), jobs)
                own: Any = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": None}
                where = self.open.enter_context(distributed.LocalCluster(**own))
            self.client = self.open.enter_context(distributed.Client(where, timeout=PATIENCE, set_as_default=False))
            self.client.wait_for_workers(1, timeout=PATIENCE)
        except Exception as e:  # OSError, TimeoutError and others
            raise InputError(
                f"no Dask cluster with workers at {self.address or 'this machine'} can be used: {one_line(e)}; give "
                "--dask-address tcp://HOST:PORT"
            ) from e
        return self.client

    def __enter__(self) -> "OnDask":
        return self

    def __exit__(self, kind, error, trace) -> None:
        self.client = None
        with contextlib.suppress(Exception):
            self.open.close()


def _ended(future) -> bool:
    """Whether a task ended well; False where its workers are no more. Raises InputError where it failed."""
    error = future.exception()
    if error is None:
        return True
    if isinstance(error, InputError):
        raise error from None
    if isinstance(error, LOST):
        return False
    raise unreadable(error, "dask") from error
