"""Models that agree are no proof that the next one will: a rule of succession for spreads.

Trees and neighbours answer with a few values, and a few of them often all give the same one. Taken as it is, a variance
of 0 makes certainty of the first answer that differs.
"""

from dataclasses import replace

import numpy as np
from scipy.special import chdtri

from standout.moments import Moments, Side

LEAST = 0.3
"""Squared deviation, in mean variances, that is taken to have been met at least once by each side of a record."""
SELDOM = 0.01
"""Normal signals are not to be touched more often: of 2 or 3 degrees of freedom, small sums of squares are usual."""


def cautious(moments: Moments) -> Moments:
    """Moments whose sums of squares (N,) are at least LEAST of one squared deviation, a usual one or one of the record
    itself.

    So the variance of n agreeing models falls as 1 / n and never to 0. Both sides take part: where IN models differ
    and OUT models agree, an OUT model may well differ, too. Signals that differ in each model are hardly touched.
    """
    inside, outside = moments.inside, moments.outside
    degrees = np.maximum(inside.count - 1, 0) + np.maximum(outside.count - 1, 0)
    squares = inside.squares + outside.squares
    own, usual = squares / np.maximum(degrees, 1), squares.sum() / max(float(degrees.sum()), 1.0)
    scale = np.maximum(own, usual)
    return replace(moments, inside=_raised(inside, scale), outside=_raised(outside, scale))


def _raised(side: Side, scale: np.ndarray) -> Side:
    least = np.minimum(LEAST, chdtri(np.maximum(side.count - 1, 1), 1 - SELDOM))
    return replace(side, squares=np.maximum(side.squares, least * scale))
