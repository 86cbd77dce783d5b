"""Tables to numbers. The layout (columns, levels) is the table's; what fills gaps is learnt by each model from its own
training records, and a level or gap that those records lack is unknown: no column of zeros betrays a membership."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from standout.data.columns import as_numbers, as_texts, is_number
from standout.data.dataset import Dataset
from standout.errors import InputError, listed

LEVELS = 50
"""A text column with more levels than this is left out of the encoded matrix, with a line."""


@dataclass(frozen=True, eq=False)
class Matrix:
    """Numbers (N, D) with what is needed to fill the gaps as any one model would.

    base: float (N, D), gaps 0. missing: bool (N, P), gaps of the columns `gaps` int (P,). levels: int (L,), the
    columns that say yes or no: indicators of gaps, and one-hot levels. notes: what was left out. made: how many of the
    last rows a defence made, which are no records.
    """

    base: np.ndarray
    missing: np.ndarray
    gaps: np.ndarray
    levels: np.ndarray
    notes: tuple[str, ...]
    made: int = 0

    def fit(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(fill (P,), known (D,)): medians of the columns with gaps, and which levels, gaps and values at all occur,
        in these rows."""
        values = np.where(self.missing[rows], np.nan, self.base[rows][:, self.gaps].astype(np.float64))
        empty = np.isnan(values).all(axis=0)
        fill = np.zeros(len(self.gaps))
        if not empty.all():
            fill[~empty] = np.nanmedian(values[:, ~empty], axis=0)
        known = np.ones(self.base.shape[1], dtype=bool)
        known[self.levels] = self.base[rows][:, self.levels].any(axis=0)
        known[self.gaps[empty]] = False  # nothing is known of a column that has no value here
        return fill, known

    def filled(self, fill: np.ndarray, known: np.ndarray) -> np.ndarray:
        """All records (N, D) as a model with this fit sees them."""
        if not len(self.gaps) and known.all():
            return self.base
        full = self.base.copy()
        full[:, self.gaps] += self.missing * fill.astype(full.dtype)
        full[:, ~known] = 0
        return full


def matrix_of(dataset: Dataset) -> Matrix:
    """The encoded matrix of a data set: arrays as they are (images flat), DataFrames column by column."""
    if not isinstance(dataset.x, pd.DataFrame):
        flat = dataset.x.reshape(len(dataset.x), -1)
        nothing = np.array([], dtype=np.int64)
        return Matrix(flat, np.zeros((len(flat), 0), dtype=bool), nothing, nothing, (), dataset.made)
    return _encode(dataset.x)


def usable(dataset: Dataset, what: str) -> Matrix:
    """`matrix_of` for a model that takes no gaps. Raises InputError where no column is left, or an array holds NaN.

    what: the model, as messages say it.
    """
    matrix = matrix_of(dataset)
    if not matrix.base.shape[1]:
        raise InputError("no usable feature column: " + "; ".join(matrix.notes))
    if matrix.base.dtype.kind == "f" and np.isnan(matrix.base).any():
        row = int(np.argwhere(np.isnan(matrix.base))[0][0])
        raise InputError(f"x holds NaN, first in row {row} (from 0), and {what} takes none; impute or drop them")
    return matrix


def _encode(frame: pd.DataFrame) -> Matrix:
    numbers, missing, gaps, indicators, one_hots, left_out, wide = [], [], [], [], [], [], []
    for column in frame.columns:
        values = frame[column]
        if is_number(values):
            array = as_numbers(values)
            gap = np.isnan(array)
            if gap.all() or np.ptp(array) == 0:
                left_out.append(column)
                continue
            if gap.any():
                gaps.append(len(numbers))
                missing.append(gap)
                indicators.append(gap.astype(np.float64))
            numbers.append(np.where(gap, 0.0, array))
            continue
        text, gap = as_texts(values), values.isna().to_numpy()
        levels = sorted(set(text[~gap]))
        if len(levels) + gap.any() < 2:
            left_out.append(column)
        elif len(levels) > LEVELS:
            wide.append(f"{column} ({len(levels)} levels)")
        else:
            if gap.any():
                one_hots.append(gap.astype(np.float64))
            one_hots.extend((text == level).astype(np.float64) for level in levels)
    columns = [*numbers, *indicators, *one_hots]
    notes = []
    if left_out:
        notes.append(f"left out, empty or constant: {listed(left_out)}")
    if wide:
        notes.append(f"left out, text with more than {LEVELS} levels: {listed(wide)}")
    base = np.stack(columns, axis=1) if columns else np.zeros((len(frame), 0))
    return Matrix(
        base,
        np.stack(missing, axis=1) if missing else np.zeros((len(frame), 0), dtype=bool),
        np.array(gaps, dtype=np.int64),
        np.arange(len(numbers), base.shape[1]),
        tuple(notes),
    )
