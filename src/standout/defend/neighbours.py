"""The members of its class that are nearest to a record, among those of one model, and what a model learns from
instead of it."""

from typing import Any

import numpy as np
import pandas as pd

from standout.data.columns import EXACT
from standout.data.dataset import Dataset
from standout.data.encode import Matrix

MOST = 5000
"""Members of a class that neighbours are looked for among; of more, so many are drawn at random for each model. So the
work grows with the number of aimed records, not with its square."""
BLOCK = 1024
"""Aimed records that are compared at a time."""


def nearest_members(
    matrix: Matrix, y: np.ndarray, members: np.ndarray, of: np.ndarray, k: int, draw: np.random.Generator, image: bool
) -> list[np.ndarray]:
    """Of each record at places `of`, int (T,), members all: places int (at most k,) of the nearest other members of its
    class, nearest first; fewer where the class has no more.

    y: class codes int (N,); members: bool (N,), those of one model. Distances are Euclidean: images as they are, a
    table's columns in standard deviations over the members, gaps at their median. Ties go to who stands first. Nothing
    but members is looked at.
    """
    found: list[np.ndarray] = [np.empty(0, dtype=np.int64)] * len(of)
    rows = np.flatnonzero(members)
    fill, known = matrix.fit(rows)
    seen = matrix.base[rows].astype(np.float64)
    seen[:, matrix.gaps] += matrix.missing[rows] * fill
    seen[:, ~known] = 0
    seen = np.nan_to_num(seen, nan=0.0) - np.nan_to_num(np.nanmean(seen, axis=0))
    if not image:
        spread = seen.std(axis=0)
        seen /= np.where(spread > 0, spread, 1)
    place = np.full(len(members), -1)
    place[rows] = np.arange(len(rows))
    for c in np.unique(y[of]):
        own = np.flatnonzero(y[rows] == c)
        if len(own) > MOST:
            own = np.sort(draw.choice(own, MOST, replace=False))
        among, asked = seen[own], np.flatnonzero(y[of] == c)
        lengths = (among**2).sum(axis=1)
        for start in range(0, len(asked), BLOCK):
            part = asked[start : start + BLOCK]
            at = place[of[part]]
            far = lengths - 2 * seen[at] @ among.T  # less the record's own length, which orders nothing
            far[own[None] == at[:, None]] = np.inf
            near = np.sort(np.argpartition(far, min(k, len(own)) - 1, axis=1)[:, :k], axis=1)
            near = np.take_along_axis(near, np.take_along_axis(far, near, axis=1).argsort(axis=1, kind="stable"), 1)
            for i, order, distances in zip(part, near, np.take_along_axis(far, near, axis=1)):
                found[i] = rows[own[order[np.isfinite(distances)]]]
    return found


def blended(dataset: Dataset, rows: np.ndarray, weights: np.ndarray) -> np.ndarray | pd.DataFrame:
    """S records made of others: rows int (S, k) which, weights float (S, k) how much of each, 0 for not at all; sum 1.

    Numbers are weighted means of the parts that have a value; whatever else (text, yes or no, dates, whole numbers
    that float64 cannot hold) takes the value with the largest weight, the first of equals. A gap stays where no part
    has a value. Every column keeps its type, so whole numbers are rounded, and no value leaves the range of its parts.
    """
    x = dataset.x
    if isinstance(x, pd.DataFrame):
        return pd.concat([column_of(x[c], rows, weights) for c in x.columns], axis=1)
    blocks = [slice(start, start + BLOCK) for start in range(0, max(len(rows), 1), BLOCK)]
    return np.concatenate([mean_of(x[rows[b]], weights[b]) for b in blocks])


def mean_of(parts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted means (S, ...) of numbers (S, k, ...) in their dtype; NaN counts for nothing."""
    w = weights.reshape(*weights.shape, *[1] * (parts.ndim - 2))
    there = np.where(np.isnan(parts), 0, w) if parts.dtype.kind == "f" else np.broadcast_to(w, parts.shape)
    total = there.sum(axis=1)
    known, used = total > 0, there > 0
    mean = (there * np.where(used, parts, 0)).sum(axis=1) / np.where(known, total, 1)
    low, high = (at(np.where(used, parts, end), axis=1) for at, end in ((np.min, np.inf), (np.max, -np.inf)))
    mean = np.where(known, np.clip(mean, low, high), np.nan)  # rounding must not leave the range
    return mean.astype(parts.dtype) if parts.dtype.kind == "f" else np.rint(mean).astype(parts.dtype)


def column_of(column: pd.Series, rows: np.ndarray, weights: np.ndarray) -> pd.Series:
    """One column of `blended`, named and typed as it was."""
    dtype: Any = column.dtype
    api = pd.api.types
    whole = api.is_integer_dtype(dtype)
    if whole or api.is_float_dtype(dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        if not (whole and np.nanmax(np.abs(values), initial=0) >= EXACT):
            mean = mean_of(values[rows], weights)
            return pd.Series(np.rint(mean) if whole else mean, name=column.name).astype(dtype)
    return column.iloc[heaviest(column, rows, weights)].reset_index(drop=True)


def heaviest(column: pd.Series, rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Places int (S,) of the records whose value in a column has the largest weight in all, of those that have one."""
    codes = pd.factorize(column)[0][rows]  # -1 where nothing stands
    shares = ((codes[:, :, None] == codes[:, None, :]) * weights[:, None, :]).sum(axis=2)
    shares = np.where((codes >= 0) & (weights > 0), shares, -1)
    return rows[np.arange(len(rows)), shares.argmax(axis=1)]
