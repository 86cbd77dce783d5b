"""The exposure test of each record at work: how far a signal lies beyond what models that never saw the record show."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr
from scipy.stats import t as student

from standout.estimate.spread import Spread
from standout.estimate.tails import Tails
from standout.moments import Moments


@dataclass(frozen=True, eq=False)
class OutTest:
    """Predictive Student-t of a new OUT signal, per record float64 (N,): location, scale and degrees of freedom; `side`
    is 1 where IN models are taken to lie above and -1 where below; `stretch`: how much heavier the tail there is."""

    location: np.ndarray
    scale: np.ndarray
    degrees: np.ndarray
    side: np.ndarray
    stretch: np.ndarray

    @classmethod
    def of(cls, references: Moments, spread: Spread, tails: Tails, sure: float = 0.0) -> "OutTest":
        """From references that do not hold the models to be judged.

        sure: by how many standard errors the mean of IN models must lie below that of OUT models for the side below.
        At 0 an error of the OUT mean that chance made draws the test to the side where it is too short: with an effect
        of 0 and 8 OUT models, 47 % of the signals lie beyond the 40 % quantile. From 3 on, p-values are uniform.
        """
        inside, out = references.inside, references.outside
        square = np.exp(spread.log_ratio) / np.maximum(inside.count, 1) + 1 / np.maximum(out.count, 1)
        up = inside.mean - out.mean >= -sure * np.sqrt(spread.pairing * spread.variance * square)
        scale = np.sqrt(spread.variance * (1 + 1 / np.maximum(out.count, 1)))
        stretch = np.where(up, tails.above, tails.below)
        return cls(out.mean, scale, spread.degrees, np.where(up, 1, -1), stretch)

    def accuses(self, signals: np.ndarray, fpr: float) -> np.ndarray:
        """Whether signals (..., N) lie where at most a share `fpr` < 0.5 of OUT models' do, on the IN side."""
        return self.side * (signals - self.location) > self._reach(fpr)

    def threshold(self, fpr: float) -> np.ndarray:
        """The signal float64 (N,) beyond which, on the IN side, the test accuses."""
        return self.location + self.side * self._reach(fpr)

    def _reach(self, fpr: float) -> np.ndarray:
        return self.stretch * student.isf(fpr, self.degrees) * self.scale

    def p_value(self, signals: np.ndarray) -> np.ndarray:
        """Chance (..., N) that a model that never saw the record shows a signal as far on the IN side, or farther.

        Below one half the tail is stretched as the test's is, so that p <= fpr where the test accuses at fpr.
        """
        distance = self.side * (signals - self.location) / self.scale
        distance = np.where(distance > 0, distance / self.stretch, distance)
        return stdtr(self.degrees, -distance)
