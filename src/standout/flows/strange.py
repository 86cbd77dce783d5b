"""In which columns a record of a table is least like its class."""

import warnings
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from standout.data.columns import as_numbers, as_texts, is_number
from standout.data.dataset import Dataset
from standout.explain import Evidence

CELLS = 6


@dataclass(frozen=True, eq=False)
class Class:
    """Numbers of the records of one class, column by column, float64 (P,) each: mean, deviation, and surprise at a gap;
    and who is of it, bool (N,)."""

    mean: np.ndarray
    spread: np.ndarray
    gap: np.ndarray
    own: np.ndarray


class Strange:
    """Columns of a table, or of the features of an array, with what is usual in each class computed once."""

    def __init__(self, dataset: Dataset, evidence: Evidence):
        self.dataset, self.evidence = dataset, evidence
        self._classes: dict[int, Class] = {}

    @cached_property
    def texts(self) -> dict[int, np.ndarray]:
        """Columns that hold no numbers, by place: text (N,), None where nothing stands."""
        x = self.dataset.x
        if not isinstance(x, pd.DataFrame):
            return {}
        return {c: as_texts(x.iloc[:, c]) for c in range(x.shape[1]) if not is_number(x.iloc[:, c])}

    @cached_property
    def numbers(self) -> tuple[np.ndarray, np.ndarray]:
        """(places int (P,), values float (N, P), NaN where nothing stands) of the other columns."""
        x = self.dataset.x
        if not isinstance(x, pd.DataFrame):
            return np.arange(self.evidence.features.shape[1]), self.evidence.features
        places = [c for c in range(x.shape[1]) if c not in self.texts]
        columns = [as_numbers(x.iloc[:, c]) for c in places]
        return np.array(places, dtype=int), np.stack(columns, axis=1) if columns else np.empty((len(x), 0))

    def columns(self, row: int) -> list[int]:
        """Places of the CELLS columns in which a record differs most from its class, most first. Numbers are measured
        in standard deviations, texts and gaps by how rare they are in the class."""
        usual = self.usual(int(self.dataset.y[row]))
        places, values = self.numbers
        away = np.empty(len(places) + len(self.texts))
        value = values[row].astype(np.float64)
        deviations = np.divide(
            np.abs(value - usual.mean), usual.spread, out=np.zeros(len(value)), where=usual.spread > 0
        )
        away[places] = np.where(np.isnan(value), usual.gap, deviations)
        for place, column in self.texts.items():
            away[place] = surprise(float((column[usual.own] == column[row]).mean()))
        return np.argsort(-away, kind="stable")[:CELLS].tolist()

    def usual(self, code: int) -> Class:
        """What is usual in a class, by its code."""
        if code not in self._classes:
            own = self.dataset.y == code
            values = self.numbers[1][own].astype(np.float64)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # columns with nothing but gaps have neither mean nor spread
                mean, spread = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
            gap = surprise(np.isnan(values).mean(axis=0))
            self._classes[code] = Class(mean, np.nan_to_num(spread), gap, own)
        return self._classes[code]


def surprise(share):
    """Of what so large a share of a class shows."""
    return -np.log(np.maximum(share, 1e-9))
