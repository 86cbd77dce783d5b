"""What every backend is: a crew that trains stacks and says which of them were lost with a worker."""

from collections.abc import Iterator
from typing import Protocol

from standout.errors import InputError, one_line
from standout.shadows.stack import Stack, Work


class Crew(Protocol):
    """Used as a context manager: what it starts or connects to, which it does when it is first needed, ends with it.

    A crew serves one run: all calls are about the same work.
    """

    def jobs(self, tasks: int) -> int:
        """How many of so many tasks it does side by side."""
        ...

    def fewer(self, jobs: int) -> int:
        """Half as many jobs, for tasks that were lost."""
        ...

    def run(self, work: Work, stacks: list[Stack], jobs: int) -> Iterator[tuple[Stack, bool]]:
        """Each stack once, when it ends: (stack, True) if trained, (stack, False) if its worker was lost.

        Raises InputError where a training fails, or no worker can be had.
        """
        ...

    def __enter__(self) -> "Crew": ...

    def __exit__(self, kind, error, trace) -> None: ...


def refuse_unsendable(work: Work, backend: str) -> None:
    """Raises InputError for a recipe that cannot be pickled: a cluster's library would say it in many lines."""
    import cloudpickle  # Ray and Dask bring it

    try:
        cloudpickle.dumps(work.recipe)
    except Exception as e:  # what cannot be pickled says so by any exception
        raise unsendable(e, backend) from e


def unsendable(error: BaseException, backend: str) -> InputError:
    """The line for a recipe or data that cannot be pickled."""
    why = str(error.__cause__ or error).strip(" \n'\"").rsplit("\n", 1)[-1]  # the last line, where it is a traceback
    way = "give jobs=1 / --jobs 1" if backend == "local" else "use --backend local --jobs 1"
    return InputError(f"the model or the data cannot be sent to worker processes ({one_line(why)}); {way}")


def unreadable(error: BaseException, backend: str) -> InputError:
    """The line for a recipe or data that a worker cannot unpickle: code that only the run's own process can import."""
    way = "give jobs=1 / --jobs 1" if backend == "local" else "install that code where the workers are"
    why = f"{type(error).__name__}: {one_line(error)}"
    return InputError(f"worker processes cannot read the model or the data ({why}); {way}")
