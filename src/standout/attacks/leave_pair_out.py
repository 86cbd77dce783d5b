"""The one place that sets a target against its references: every other model but its twin.

With the twin left in, a member would have fewer IN references than a non-member, and counts alone would betray it.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from standout.attacks.attack import Attack, Models, Target

BLOCKS = 6
"""A prior over records is fitted once per block of pairs, on the pairs outside it."""


def leave_pair_out(
    attack: Attack,
    signals: np.ndarray,
    members: np.ndarray,
    population: np.ndarray | None = None,
    characteristics: np.ndarray | None = None,
) -> np.ndarray:
    """Scores float64 (M, N) of every model as target.

    signals: (M, N); members: bool (M, N), models 2j and 2j + 1 twins; population: (M, Z) signals on records that are
    in no training set, or None; characteristics: (N, F) of the records, from the data alone, for attacks with a prior.
    Row t depends on nothing of models t and its twin but the signals of t.
    """
    scores = np.empty(signals.shape, dtype=np.float64)
    pairs = len(signals) // 2

    def summarise(first: int, last: int) -> Any:
        chosen = slice(2 * first, 2 * last)
        z = None if population is None else population[chosen]
        return attack.summarise(Models(signals[chosen], members[chosen], z))

    blocks = np.linspace(0, pairs, (min(BLOCKS, pairs) if attack.learn else 1) + 1).astype(int)
    for block, outside in all_but_one(blocks, summarise):
        score = attack.score if attack.learn is None else attack.learn(outside, characteristics)
        assert score is not None
        first, last = int(blocks[block]), int(blocks[block + 1])
        for pair, references in all_but_one(np.arange(first, last + 1), summarise, outside):
            for t in (2 * (first + pair), 2 * (first + pair) + 1):
                z = None if population is None else np.asarray(population[t], dtype=np.float64)
                scores[t] = score(Target(np.asarray(signals[t], dtype=np.float64), z), references)
    return scores


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
