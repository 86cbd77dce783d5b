"""RMIA: how many population records does a record outdo in likelihood ratio (Zarifzadeh et al., arXiv 2312.03262)."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from standout.attacks.attack import Attack, Models, Target

LOWEST = -700.0
"""Rescaled logits below this count as this: their probability would be 0, and a ratio of zeros says nothing."""


@dataclass(frozen=True, eq=False)
class Sums:
    """Number of reference models and the sums of their p_y, over records (N,) and population (Z,) or None."""

    count: int
    records: np.ndarray
    population: np.ndarray | None

    def __add__(self, other: "Sums") -> "Sums":
        both = None if self.population is None else self.population + other.population
        return Sums(self.count + other.count, self.records + other.records, both)


def probability(rescaled: np.ndarray) -> np.ndarray:
    """p_y of rescaled logits."""
    return expit(np.maximum(np.asarray(rescaled, dtype=np.float64), LOWEST))


def _summarise(models: Models) -> Sums:
    population = None if models.population is None else probability(models.population).sum(axis=0)
    return Sums(len(models.signals), probability(models.signals).sum(axis=0), population)


def _score(target: Target, references: Sums) -> np.ndarray:
    """Share of z with (p_x / D_x) / (p_z / D_z) > 1, D the mean over all references; gamma 1, by one sort."""
    ratio_x = probability(target.signals) / (references.records / references.count)
    if target.population is None:
        ratio_z = ratio_x
    else:
        assert references.population is not None
        ratio_z = probability(target.population) / (references.population / references.count)
    return np.searchsorted(np.sort(ratio_z), ratio_x, side="left") / len(ratio_z)


rmia = Attack(
    "rmia", "rescaled-logit", _summarise, _score,
    "share of the population that the record outdoes in likelihood ratio", "Zarifzadeh et al., arXiv 2312.03262",
)  # fmt: skip
