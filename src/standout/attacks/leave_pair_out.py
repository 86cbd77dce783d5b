"""The one place that sets a target against its references: every other model but its twin.

With the twin left in, a member would have fewer IN references than a non-member, and counts alone would betray it.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from standout.attacks.attack import Attack, Models, Target


def leave_pair_out(
    attack: Attack, signals: np.ndarray, members: np.ndarray, population: np.ndarray | None = None
) -> np.ndarray:
    """Scores float64 (M, N) of every model as target.

    signals: (M, N); members: bool (M, N), models 2j and 2j + 1 twins; population: (M, Z) signals on records that are
    in no training set, or None. Row t depends on nothing of models t and its twin but the signals of t.
    """
    scores = np.empty(signals.shape, dtype=np.float64)

    def models(first: int, last: int) -> Models:
        chosen = slice(2 * first, 2 * last)
        return Models(signals[chosen], members[chosen], None if population is None else population[chosen])

    for pair, references in all_but_one(len(signals) // 2, lambda a, b: attack.summarise(models(a, b))):
        for t in (2 * pair, 2 * pair + 1):
            target = Target(
                np.asarray(signals[t], dtype=np.float64),
                None if population is None else np.asarray(population[t], dtype=np.float64),
            )
            scores[t] = attack.score(target, references)
    return scores


def all_but_one(pairs: int, summarise: Callable[[int, int], Any]) -> Iterator[tuple[int, Any]]:
    """(pair, summary of all other pairs) for each pair, by halving: pairs x log(pairs) work, log(pairs) summaries.

    summarise(first, last) gives the summary of pairs first to last - 1. Only sums are formed, never differences, so
    what is left out leaves no trace in any bit.
    """

    def walk(first: int, last: int, outside: Any) -> Iterator[tuple[int, Any]]:
        if last - first == 1:
            yield first, outside
            return
        middle = (first + last) // 2
        for a, b, other in ((first, middle, (middle, last)), (middle, last, (first, middle))):
            rest = summarise(*other)
            yield from walk(a, b, rest if outside is None else outside + rest)

    yield from walk(0, pairs, None)
