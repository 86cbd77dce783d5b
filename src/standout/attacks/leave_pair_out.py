"""The one place that sets a target against its references: every other model but its twin.

With the twin left in, a member would have fewer IN references than a non-member, and counts alone would betray it.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from threading import Semaphore
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from standout.attacks.attack import Attack, Models, Target
from standout.cores import cores

PRIORS = 6
"""A prior over records is fitted once per block of pairs, on the pairs outside it."""
TASKS = 8
PARTS = 4
"""An attack with a prior judges so many parts of each block, by the pairs outside the part: single pairs up to 48
models; with more, the few pairs that a part holds besides the target's are hardly missed."""


def leave_pair_out(
    attack: Attack,
    signals: np.ndarray,
    members: np.ndarray,
    population: np.ndarray | None = None,
    characteristics: np.ndarray | None = None,
    targets: np.ndarray | None = None,
) -> np.ndarray:
    """Scores float64 (M, N) of every model as target.

    signals: (M, N); members: bool (M, N), models 2j and 2j + 1 twins; population: (M, Z) signals on records that are
    in no training set, or None; characteristics: (N, F) of the records, from the data alone, for attacks with a prior.
    targets: (M, N) signals that are judged in place of the references' own, with the same memberships: those of models
    under a defence that the references lack.
    Row t depends on nothing of models t and its twin but the signals of t.
    """
    scores = np.empty(signals.shape, dtype=np.float64)
    judged = signals if targets is None else targets
    pairs = len(signals) // 2

    def summarise(first: int, last: int) -> Any:
        chosen = slice(2 * first, 2 * last)
        z = None if population is None else population[chosen]
        return attack.summarise(Models(signals[chosen], members[chosen], z))

    def judge(first: int, last: int, outside: Any) -> None:
        """Scores of the models of pairs first to last - 1; outside: summary of all other pairs, None for none."""
        parts = np.linspace(first, last, (min(PARTS, last - first) if attack.learn else last - first) + 1).astype(int)
        prepare = attack.learn(outside, characteristics) if attack.learn else attack.against
        for part, references in all_but_one(parts, summarise, outside):
            score = prepare(references)
            for t in range(2 * int(parts[part]), 2 * int(parts[part + 1])):
                z = None if population is None else np.asarray(population[t], dtype=np.float64)
                scores[t] = score(Target(np.asarray(judged[t], dtype=np.float64), z))

    blocks = np.linspace(0, pairs, min(PRIORS, pairs) + 1).astype(int) if attack.learn else _halved(pairs)
    workers = min(cores(), len(blocks) - 1)
    free = Semaphore(workers)
    tasks: list[Future] = []

    def freed(first: int, last: int, outside: Any) -> None:
        try:
            judge(first, last, outside)
        finally:
            free.release()

    with threadpool_limits(1), ThreadPoolExecutor(workers) as pool:
        free.acquire()  # summaries wait until someone can use them: they are as large as several models
        for block, outside in all_but_one(blocks, summarise):
            tasks.append(pool.submit(freed, int(blocks[block]), int(blocks[block + 1]), outside))
            del outside
            free.acquire()
        for task in tasks:
            task.result()
    return scores


def _halved(pairs: int) -> np.ndarray:
    """Bounds of blocks for tasks side by side, by the halving of `all_but_one`, so that sums have one order."""
    bounds = [0, pairs]
    while len(bounds) < TASKS and 2 * len(bounds) <= pairs:
        bounds = sorted({*bounds, *((a + b) // 2 for a, b in pairwise(bounds))})
    return np.array(bounds)


def all_but_one(
    bounds: np.ndarray, summarise: Callable[[int, int], Any], outside: Any = None
) -> Iterator[tuple[int, Any]]:
    """(number of a block, summary of all other blocks and of `outside`), by halving: few summaries are ever held.

    bounds: int (B + 1,), block i holds pairs bounds[i] to bounds[i + 1] - 1; summarise(first, last) gives the summary
    of such pairs. Only sums are formed, never differences, so what is left out leaves no trace in any bit.
    """

    def walk(first: int, last: int, outside: Any) -> Iterator[tuple[int, Any]]:
        if last - first == 1:
            yield first, outside
            return
        middle = (first + last) // 2
        for a, b, other in ((first, middle, (middle, last)), (middle, last, (first, middle))):
            rest = summarise(int(bounds[other[0]]), int(bounds[other[1]]))
            yield from walk(a, b, rest if outside is None else outside + rest)

    yield from walk(0, len(bounds) - 1, outside)
