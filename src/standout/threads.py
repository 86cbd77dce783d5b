"""One thread a job: jobs run side by side, and thread pools within them would make each other wait.

Two jobs with two threads each on two cores once ran 20 times slower than with one. One thread also fixes the order of
every sum, and with it the bytes.
"""

import contextlib
import os
import sys
from collections.abc import Iterator

from threadpoolctl import threadpool_limits

ONE_THREAD: dict[str, str] = dict.fromkeys(
    (
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS",
    ),
    "1",
)  # fmt: skip
"""What libraries read when they are loaded."""


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """BLAS, OpenMP and torch, as far as they are loaded, have one thread here, and what they had before afterwards."""
    torch = sys.modules.get("torch")  # never imported here: not every audit has it
    before = None if torch is None else torch.get_num_threads()
    with threadpool_limits(1):
        try:
            if torch is not None:
                torch.set_num_threads(1)
            yield
        finally:
            if torch is not None:
                torch.set_num_threads(before)


def one_thread_for_good() -> None:
    """The same for the rest of this process, for libraries that are loaded later too. For workers: a limit that ended
    with a task would end in the middle of another's where a worker has several threads."""
    os.environ.update(ONE_THREAD)
    threadpool_limits(1)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
