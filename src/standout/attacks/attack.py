"""What an attack is: a summary of reference models, which adds up, and a score of a target against it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, Self

import numpy as np

from standout.moments import Models


class Target(NamedTuple):
    """What an attack sees of the target model: its signal on each record (N,) and, if any, on a population (Z,)."""

    signals: np.ndarray
    population: np.ndarray | None


class Summary(Protocol):
    """What an attack keeps of reference models; of two disjoint sets of models, their sum is that of both."""

    def __add__(self, other: Self, /) -> Self: ...


@dataclass(frozen=True)
class Attack:
    """An attack on records of one target model; higher scores say member.

    signal: the signal of `signals.SIGNALS` that it reads. summarise, score: `score` is handed the target's signals
    and the summary of its references and can see nothing else, least of all who is a member of the target. An attack
    with a prior has `learn` instead: from the summary of references outside a block of pairs, and characteristics of
    the records (N, F) or None, it makes what turns a summary of references into the score of a target by them.
    about: one line for lists and tables. source: where it was published. version: goes up when scores change.
    """

    name: str
    signal: str
    summarise: Callable[[Models], Summary]
    score: Callable[[Target, Any], np.ndarray] | None
    about: str
    source: str
    version: int = 1
    learn: Callable[[Any, np.ndarray | None], Callable[[Any], Callable[[Target], np.ndarray]]] | None = None

    def against(self, references: Any) -> Callable[[Target], np.ndarray]:
        """The score of a target against a summary of references, for attacks without a prior."""
        score = self.score
        assert score is not None
        return lambda target: score(target, references)


class Nothing:
    """The summary of attacks that need no reference."""

    def __add__(self, other: "Nothing") -> "Nothing":
        return self
