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
    """A record seen between its class and a rival.

    odds: what OUT models give its own label, of what they give both labels. way: how far it lies from the mean of its
    class towards that of the rival, 1 being there. among: in what share of its class the models lean less to the rival.

    Three places among the records of the rival, each from 0 to 1, low where they lean less to the class of this
    record. lean: by what OUT models say. along: by `way`. local: by the same between the nearest records of both.
    near: by the distance to its neighbours; low is nearer than they are, as what lies in the midst of things.
    """

    odds: float
    way: float
    among: float
    lean: float
    along: float
    local: float
    near: float

    @property
    def ordinary(self) -> float:
        """As a record of the rival: the three places and a low `near`, twice, as deviations of a normal (Stouffer
        1949), and how clearly models say so. Low: it is still drawn to its own class."""
        lean, along, local, near = norm.ppf(np.clip([self.lean, self.along, self.local, self.near], 0.01, 0.99))
        return float(lean + along + local + 2 * min(near, 0) - 2 * np.log10(self.odds))

    @property
    def drawn(self) -> float:
        """The highest of the three places: low where all of them say that it is drawn to its own class."""
        return max(self.lean, self.along, self.local)


class Rivals:
    """`Between` for any record, with what pairs of classes share computed once."""

    def __init__(self, evidence: Evidence):
        self.evidence = evidence
        self._local: dict[tuple[int, int], np.ndarray] = {}
        self._rows: dict[int, np.ndarray] = {}

    @cached_property
    def x(self) -> np.ndarray:
        return self.evidence.features.astype(np.float64)

    @cached_property
    def sizes(self) -> np.ndarray:
        """Squared lengths (N,)."""
        return (self.x**2).sum(axis=1)

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
        lean_place, way, along, local, among = 1 - _place(lean(b), here), 0.5, 0.5, 0.5, 1.0
        if len(a):
            middle = self.x[a].mean(axis=0)
            gap = self.x[b].mean(axis=0) - middle
            size = max(float(gap @ gap), 1e-12)
            way = float((self.x[i] - middle) @ gap / size)
            along = _place((self.x[b] - middle) @ gap / size, way)
            local = _place(self.local_ways(own, rival), float(self.local_way(np.array([i]), a, b)[0]))
            among = 1 - _place(lean(a), here)
        odds = float((p[i, own] + TINY) / (p[i, own] + p[i, rival] + 2 * TINY))
        away = self.evidence.near.distances[:, -1]
        return Between(odds, way, among, lean_place, along, local, _place(away[b], float(away[i])))

    def local_ways(self, own: int, rival: int) -> np.ndarray:
        """`local_way` of some records of the rival class."""
        if (own, rival) not in self._local:
            b = self.rows(rival)
            self._local[own, rival] = self.local_way(b[:JUDGED], self.rows(own), b)
        return self._local[own, rival]

    def local_way(self, those: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """How far each of these records, int (J,), lies from the mean of the nearest of the rows a towards that of the
        nearest of b, itself left out: float64 (J,); 1 where b has no other."""
        middle, other = self._nearest(those, a), self._nearest(those, b)
        gap = other - middle
        size = np.maximum((gap * gap).sum(axis=1), 1e-12)
        way = ((self.x[those] - middle) * gap).sum(axis=1) / size
        return np.where(np.isfinite(other).all(axis=1), way, 1.0)

    def _nearest(self, those: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Mean (J, D) of the NEAR nearest of the rows to each record, itself left out; NaN where there is no other."""
        x, y = self.x[those], self.x[rows]
        away = self.sizes[those][:, None] - 2 * (x @ y.T) + self.sizes[rows]
        away = away.astype(np.float32)  # what is equally far stays so, whatever the order of the sums
        away[those[:, None] == rows] = np.inf
        k = min(NEAR, len(rows))
        near = np.argpartition(away, k - 1, axis=1)[:, :k]
        there = np.isfinite(np.take_along_axis(away, near, axis=1))
        total = np.where(there[:, :, None], y[near], 0).sum(axis=1)
        count = there.sum(axis=1)[:, None]
        return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def _place(values: np.ndarray, value: float) -> float:
    """Share of the values below, ties half."""
    return float(((values < value).mean() + (values <= value).mean()) / 2)
