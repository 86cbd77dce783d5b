"""The table of characteristics, and the evidence that they are computed from."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from standout.explain.difficulty import out_loss
from standout.explain.evidence import Evidence
from standout.explain.geometry import centroid_distance
from standout.explain.neighbours import neighbour_disagreement


@dataclass(frozen=True)
class Characteristic:
    """One number per record that may explain exposure.

    group: "data" (no model), "out" (models that never saw the record), "mechanism" or "one training".
    high: what a high value means, as a noun phrase. source: where it comes from.
    """

    name: str
    group: str
    values: Callable[[Evidence], np.ndarray]
    high: str
    source: str


CHARACTERISTICS: dict[str, Characteristic] = {
    c.name: c
    for c in (
        Characteristic("centroid_distance", "data", centroid_distance, "far from the middle of its class",
                       "arXiv 2511.16792"),
        Characteristic("neighbour_disagreement", "data", neighbour_disagreement, "neighbours carry other labels",
                       "Muhlenbach, Lallich, Zighed 2004"),
        Characteristic("out_loss", "out", out_loss, "hard for models that never saw it", "arXiv 2112.03570"),
    )
}  # fmt: skip
"""Later ones: one file and one line here."""
