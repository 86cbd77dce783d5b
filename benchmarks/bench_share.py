"""What it costs to give data to jobs: pickled into every task, or written once and mapped by all. CPU time and memory
(shares of pages: what two jobs have in common counts once) of 32 empty trainings on 200,000 x 50 with two jobs."""

import glob
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from joblib.externals.loky.process_executor import ProcessPoolExecutor

from standout.data.dataset import Dataset
from standout.recipes import recipe_of
from standout.run.folder import RunFolder
from standout.shadows.backends.shared import Shared
from standout.shadows.backends.worker import serve_near
from standout.shadows.memberships import draw_members, model_seeds
from standout.shadows.stack import Stack, Work, train_stack

MODELS, JOBS = 32, 2


def fit(x, y, *, seed, sample_weight=None):
    """Costs nothing but the copy of its records that any training makes."""
    return lambda records: np.zeros((len(records), 2))


def usage(pids: list[int]) -> tuple[float, float]:
    """(CPU seconds, MB) of these processes so far."""
    seconds = memory = 0.0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as file:
            seconds += sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13])) / 100
        with open(f"/proc/{pid}/smaps_rollup") as file:
            memory += next(int(line.split()[1]) for line in file if line.startswith("Pss:")) / 1024
    return seconds, memory


def measure(work: Work, stacks: list[Stack], once: bool) -> tuple[float, float]:
    """CPU seconds of all processes, and the most memory of the workers."""

    before = sum(os.times()[:2])
    shared = Shared.of(work) if once else None
    pools = [ProcessPoolExecutor(max_workers=1) for _ in range(JOBS)]
    tasks = [
        (serve_near, shared.path, shared.read, s, os.getpid()) if shared else (train_stack, work, s) for s in stacks
    ]
    futures = [pools[i % JOBS].submit(*task) for i, task in enumerate(tasks)]
    pids, most = [p for pool in pools for p in pool._processes], 0.0
    while not all(f.done() for f in futures):
        most = max(most, usage(pids)[1])
        time.sleep(0.2)
    for future in futures:
        future.result()
    seconds = usage(pids)[0] + sum(os.times()[:2]) - before
    for pool in pools:
        pool.shutdown(kill_workers=True)
    if shared:
        shared.remove()
    return seconds, most


def main() -> None:
    if not glob.glob("/proc/self/smaps_rollup"):
        sys.exit("needs /proc (Linux)")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200_000, 50))
    data = Dataset(x, (x[:, 0] > 0).astype(int))
    members, seeds = draw_members(data.y, MODELS), model_seeds(0, MODELS)
    stacks = [Stack(i, seeds[i : i + 2], "sums", frozenset(), members[i : i + 2]) for i in range(0, MODELS, 2)]
    with tempfile.TemporaryDirectory() as path:
        folder = RunFolder(Path(path))
        folder.shadows.mkdir()
        folder.write_json("config.json", {"key": "k"})
        work = Work(folder, "k", recipe_of(fit), data)
        each, once = (measure(work, stacks, once) for once in (False, True))
    for name, (seconds, memory) in (("with every task", each), ("once, mapped", once)):
        print(f"{name:<16} {seconds:5.1f} s CPU, workers {memory:5.0f} MB")
    print(f"ratio {each[0] / once[0]:.2f} in CPU time, {each[1] / once[1]:.2f} in memory")


if __name__ == "__main__":
    main()
