"""Wall clock and peak memory of a command with all processes that it starts, seen from outside (Linux)."""

import os
import resource
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAUSE = 0.05
"""Seconds between two looks: arrays that live for less are missed, but none that long."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Measured:
    """seconds: from start to end. cpu: seconds computed by its processes, as far as they were waited for. peak: bytes,
    the largest sum of the resident memory of the process and all that descend from it; pages which two of them share
    count twice, so it is an upper bound. output: what it printed."""

    seconds: float
    cpu: float
    peak: int
    output: str


def measure(command: Sequence[str | Path], *, env: dict[str, str] | None = None, timeout: float = 3600) -> Measured:
    """Run a command. env: set besides the environment. Raises SystemExit with its last lines where it fails."""
    start, computed = time.perf_counter(), _computed()
    # a file takes the output: a pipe that nobody empties would stop the process
    with Path(os.devnull).open() as nothing, _scratch() as told:
        process = subprocess.Popen(
            [str(c) for c in command], stdin=nothing, stdout=told, stderr=told, env={**os.environ, **(env or {})}
        )
        peak = 0
        try:
            while process.poll() is None:
                peak = max(peak, resident(process.pid))
                if time.perf_counter() - start > timeout:
                    raise SystemExit(f"no end after {timeout:.0f} s: {' '.join(map(str, command))}")
                time.sleep(PAUSE)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        seconds = time.perf_counter() - start
        told.seek(0)
        output = told.read()
    if process.returncode:
        last = "\n".join(output.splitlines()[-15:])
        raise SystemExit(f"exit code {process.returncode}: {' '.join(map(str, command))}\n{last}")
    return Measured(seconds, _computed() - computed, peak, output)


def _computed() -> float:
    """CPU seconds of all processes that this one started and that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _scratch():
    import tempfile

    return tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")


def resident(root: int) -> int:
    """Bytes resident in a process and its descendants; those that end while it looks count nothing."""
    children: dict[int, list[int]] = {}
    pages: dict[int, int] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                stat = Path(entry.path, "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            after = stat.rpartition(")")[2].split()  # the name before it may hold blanks
            children.setdefault(int(after[1]), []).append(int(entry.name))
            pages[int(entry.name)] = int(after[21])
    total, left = 0, [root]
    while left:
        process = left.pop()
        total += pages.get(process, 0)
        left += children.get(process, [])
    return total * os.sysconf("SC_PAGE_SIZE")
