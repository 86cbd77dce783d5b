"""A record between its class and a rival: is it what the rival's records usually are, or does it lie between them?"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.stats import norm

from standout.explain.evidence import Evidence

MOST = 500
"""Records of a class that are looked at."""
JUDGED = 60
"""Records of a rival class whose own place between the two classes is computed."""
NEAR = 10
"""Records of a class whose mean stands for the class near a record."""
TINY = 1e-4
"""Probability below which none is told from another."""


@dataclass(frozen=True)
class Between:
    """A record seen between its class and a rival. All but `ordinary` are shares from 0 to 1.

    odds: what OUT models give its own label, of what they give both labels. way: how far it lies from the mean of its
    class towards that of the rival, 1 being there. along: the share of the rival's records that lie less far. among: in
    what share of its own class the models lean less to the rival. ordinary: as a record of the rival, in deviations of
    a normal (Stouffer 1949) from three places among the rival's records: odds, way, and the way between the nearest
    records of both classes. Low: it is still drawn to its own class.
    """

    odds: float
    way: float
    along: float
    among: float
    ordinary: float


class Rivals:
    """`Between` for any record, with what pairs of classes share computed once."""

    def __init__(self, evidence: Evidence):
        self.evidence = evidence
        self._local: dict[tuple[int, int], np.ndarray] = {}
        self._rows: dict[int, np.ndarray] = {}

    @cached_property
    def x(self) -> np.ndarray:
        return self.evidence.features.astype(np.float64)

    def rows(self, label: int) -> np.ndarray:
        """At most MOST records of a class."""
        if label not in self._rows:
            own = np.flatnonzero(self.evidence.dataset.y == label)
            self._rows[label] = np.random.default_rng(0).permutation(own)[:MOST]
        return self._rows[label]

    def between(self, i: int, rival: int) -> Between:
        """Record i between its class and a rival; OUT probabilities must be known."""
        own = int(self.evidence.dataset.y[i])
        a, b = self.rows(own), self.rows(rival)
        a = a[a != i]
        p = self.evidence.outside.probabilities
        assert p is not None
        lean = lambda rows: np.log((p[rows, own] + TINY) / (p[rows, rival] + TINY))  # noqa: E731
        here = float(lean(np.array([i]))[0])
        places = [1 - _place(lean(b), here)]
        way = along = 0.5
        if len(a):
            middle = self.x[a].mean(axis=0)
            gap = self.x[b].mean(axis=0) - middle
            size = max(float(gap @ gap), 1e-12)
            ways = (self.x[b] - middle) @ gap / size
            way = float((self.x[i] - middle) @ gap / size)
            along = _place(ways, way)
            places += [along, _place(self.local_ways(own, rival), self.local_way(i, a, b))]
        z = norm.ppf(np.clip(places, 0.01, 0.99))
        odds = (p[i, own] + TINY) / (p[i, own] + p[i, rival] + 2 * TINY)
        among = 1 - _place(lean(a), here) if len(a) else 1.0
        return Between(float(odds), way, along, among, float(z.sum() / np.sqrt(len(z))))

    def local_ways(self, own: int, rival: int) -> np.ndarray:
        """`local_way` of some records of the rival class."""
        if (own, rival) not in self._local:
            a, b = self.rows(own), self.rows(rival)
            self._local[own, rival] = np.array([self.local_way(int(j), a, b[b != j]) for j in b[:JUDGED]])
        return self._local[own, rival]

    def local_way(self, i: int, a: np.ndarray, b: np.ndarray) -> float:
        """How far record i lies from the mean of the nearest of the rows a towards that of the nearest of b."""
        if not len(b):
            return 1.0
        middle, other = (self._nearest(i, rows).mean(axis=0) for rows in (a, b))
        gap = other - middle
        return float((self.x[i] - middle) @ gap / max(float(gap @ gap), 1e-12))

    def _nearest(self, i: int, rows: np.ndarray) -> np.ndarray:
        away = ((self.x[rows] - self.x[i]) ** 2).sum(axis=1)
        k = min(NEAR, len(rows))
        return self.x[rows[np.argpartition(away, k - 1)[:k]]]


def _place(values: np.ndarray, value: float) -> float:
    """Share of the values below, ties half."""
    return float(((values < value).mean() + (values <= value).mean()) / 2)
