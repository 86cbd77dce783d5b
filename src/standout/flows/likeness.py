"""Is the target such a model as its references are? Told by how it answers records that it never saw."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

SURE = 0.001
"""Chance at which a target of the references' own kind is said to differ."""
FAR = 10.0
"""Deviations beyond this count as so many: one record must not decide."""
PRIOR = 4
"""Models that the usual variance of a record counts for, beside its own."""
DIFFERS = (
    "the target answers records that it never saw otherwise than models of this recipe do ({what}): p-values and flags "
    "take it for one of them and may be wrong; set the recipe and the number of training records as the target's were"
)


@dataclass(frozen=True, eq=False)
class Range:
    """What references show of themselves, and what the target shows."""

    seen: float
    low: float
    high: float

    @classmethod
    def of(cls, own: float, theirs: np.ndarray) -> "Range":
        """theirs (M,): one figure of each reference; twins count as one observation."""
        pairs = theirs.reshape(-1, 2)
        middle, degrees = float(theirs.mean()), len(pairs) - 1
        spread = float(theirs.std(ddof=1)) * np.sqrt(1 + 1 / len(pairs))
        reach = float(student.isf(SURE / 2, degrees)) * spread
        return cls(own, middle - reach, middle + reach)

    @property
    def differs(self) -> bool:
        """Whether a reference would hardly show this."""
        return not self.low - 1e-12 <= self.seen <= self.high + 1e-12

    def block(self) -> dict:
        """As the summary holds it."""
        return {"seen": self.seen, "range": [self.low, self.high], "differs": self.differs}


def likeness(
    own: np.ndarray,
    own_members: np.ndarray,
    signals: np.ndarray,
    members: np.ndarray,
    correct: tuple[np.ndarray, np.ndarray] | None = None,
) -> dict[str, Range]:
    """Figures of non-members under the target, each with the range in which 99.9 % of references of its kind lie.

    own: rescaled logits (N,) of the target, own_members bool (N,); signals and members (M, N) of the references.
    correct: (N,) and (M, N), who was answered rightly, where that is known. `shift`: mean distance from what other
    models that never saw the record answer, in deviations of the record; `spread`: root mean square of the same;
    `accuracy`: share answered rightly. Each reference is measured by the pairs other than its own.
    """
    values = np.asarray(signals, dtype=np.float64)
    outside = ~members
    count = outside.sum(axis=0, dtype=np.int64)
    sums = np.where(outside, values, 0).sum(axis=0)
    centre = sums / np.maximum(count, 1)
    squares = np.where(outside, (values - centre) ** 2, 0).sum(axis=0)
    usual = squares.sum() / max(float(np.maximum(count - 1, 0).sum()), 1.0)

    def away(signal: np.ndarray, who: np.ndarray, taken_out: slice) -> tuple[float, float]:
        gone = outside[taken_out]
        n = count - gone.sum(axis=0)
        offset = np.where(gone, values[taken_out] - centre, 0)
        mean = -offset.sum(axis=0) / np.maximum(n, 1)  # from `centre`
        square = np.maximum(squares - (offset**2).sum(axis=0) - n * mean**2, 0)
        variance = (square + PRIOR * usual) / (np.maximum(n - 1, 0) + PRIOR)
        z = (signal - centre - mean) / np.sqrt(np.maximum(variance, 1e-12))
        z = np.clip(z[who & (n > 1)], -FAR, FAR)
        return (float(z.mean()), float(np.sqrt((z**2).mean()))) if len(z) else (0.0, 1.0)

    theirs = [away(values[t], outside[t], slice(t - t % 2, t - t % 2 + 2)) for t in range(len(values))]
    shift, spread = np.array(theirs).T
    mine = away(np.asarray(own, dtype=np.float64), ~own_members, slice(0, 0))
    found = {"shift": Range.of(mine[0], shift), "spread": Range.of(mine[1], spread)}
    if correct is not None:
        rates = np.array([right[out].mean() for right, out in zip(correct[1], outside)])
        found["accuracy"] = Range.of(float(correct[0][~own_members].mean()), rates)
    return found


def note_on(found: dict[str, Range]) -> list[str]:
    """A line where the target differs; none where it does not."""
    says = [f"{name} {r.seen:.3g}, theirs {r.low:.3g} to {r.high:.3g}" for name, r in found.items() if r.differs]
    return [DIFFERS.format(what="; ".join(says))] if says else []
