"""The other side: what a worker process does with a task, wherever it runs."""

import os
import socket
import sys
import threading
from collections.abc import Callable
from typing import NamedTuple

from standout.errors import InputError, listed
from standout.run.key import differences, libraries
from standout.shadows.stack import Stack, Work, train_stack
from standout.threads import one_thread_for_good

_one_at_a_time = threading.Lock()
_held: list[tuple[str, Work]] = []


class Told(NamedTuple):
    """What a worker on another machine must find as the run's own process has it."""

    libraries: dict[str, str]
    settings: dict

    @classmethod
    def of(cls, work: Work) -> "Told":
        torch = sys.modules.get("torch")
        versions = libraries() if torch is None else {**libraries(), "torch": torch.__version__}
        return cls(versions, work.recipe.settings())


def held(name: str, fetch: Callable[[], Work]) -> Work:
    """The work of this name: fetched once in a process, not with every task."""
    for known, work in _held:
        if known == name:
            return work
    _held.clear()
    work = fetch()
    _held.append((name, work))
    return work


def forget() -> None:
    """Let the work go: its memory, and the file it is mapped from."""
    _held.clear()


def serve_near(name: str, fetch: Callable[[], Work], stack: Stack, parent: int) -> int:
    """A task in a process of the machine on which the run's own process is, which is `parent`."""
    one_thread_for_good()
    work = held(name, fetch)
    one_thread_for_good()  # reading it has loaded libraries
    return train_stack(work, stack, lambda: os.getppid() != parent or other_run(work))


def serve_far(name: str, fetch: Callable[[], Work], stack: Stack, told: Told) -> int:
    """A task on a machine of which nothing is known. Raises InputError where it would not train the same models."""
    with _one_at_a_time:  # a worker of Dask may have several threads, and BLAS has one limit for all
        one_thread_for_good()
        work = held(name, fetch)
        one_thread_for_good()
        check_here(work, told)
        return train_stack(work, stack, lambda: other_run(work))


def other_run(work: Work) -> bool:
    """Whether the run folder is by now that of another audit. A worker outlives a killed run, and must not write into
    what comes after. That the same audit was begun again does no harm: its files have the same bytes."""
    try:
        return (work.folder.read_json("config.json") or {}).get("key") != work.key
    except InputError:
        return True


def check_here(work: Work, told: Told) -> None:
    """Raises InputError where this machine lacks the run folder, or has other versions or another device."""
    host = socket.gethostname()
    if other_run(work):
        raise InputError(
            f"a worker on {host} does not find the run in {work.folder.path}: the run folder must lie on a file system "
            "that all workers share, under the same path"
        )
    here = Told.of(work)
    if not ("torch" in told.libraries and "torch" in here.libraries):  # loaded by something else than the recipe
        told.libraries.pop("torch", None)
        here.libraries.pop("torch", None)
    if differs := [*differences(told.libraries, here.libraries), *differences(told.settings, here.settings)]:
        raise InputError(
            f"a worker on {host} would train other models: {listed(differs, 4)}; let all machines have the same "
            "versions and devices"
        )
