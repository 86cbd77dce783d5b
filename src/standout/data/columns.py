"""What a column of a DataFrame holds: numbers, or text."""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from standout.errors import InputError

EXACT = 2**53
"""float64 holds each whole number up to here."""
NUMBERS = (int, float, np.number, np.bool_, Decimal)


def is_number(values: pd.Series) -> bool:
    """Whether a column holds numbers (bool, dates and spans of time too), so that order and distance mean something."""
    dtype: Any = values.dtype
    if is_time(values):
        return True
    if pd.api.types.is_bool_dtype(dtype) or pd.api.types.is_numeric_dtype(dtype):
        return not pd.api.types.is_complex_dtype(dtype)
    return pd.api.types.is_object_dtype(dtype) and bool(values.dropna().map(lambda v: isinstance(v, NUMBERS)).all())


def is_time(values: pd.Series) -> bool:
    """Whether a column holds dates or spans of time."""
    dtype: Any = values.dtype
    return pd.api.types.is_datetime64_any_dtype(dtype) or pd.api.types.is_timedelta64_dtype(dtype)


def as_numbers(values: pd.Series) -> np.ndarray:
    """A column of numbers as float64 (N,), NaN where nothing stands; times in days, and whole numbers beyond EXACT less
    the least of them, since neighbours there are one number in float64. Raises InputError for inf, also by overflow."""
    if is_time(values):
        values = _days(values)
    try:
        array = values.to_numpy(dtype=np.float64, na_value=np.nan)
    except OverflowError:
        array = np.array([np.inf])
    if np.isinf(array).any():
        raise InputError(f"column {str(values.name)!r} of x holds inf; replace it")
    return _from_the_least(values) if is_whole(values) and np.nanmax(np.abs(array), initial=0) >= EXACT else array


def _days(values: pd.Series) -> pd.Series:
    """Times in days since 1970 (UTC), spans in days; to the microsecond, whose range holds any date people write."""
    kind = "timedelta64" if pd.api.types.is_timedelta64_dtype(values.dtype) else "datetime64"
    if getattr(values.dtype, "tz", None) is not None:
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    array = values.to_numpy(dtype=f"{kind}[us]")
    return pd.Series((array - np.array(0, dtype=array.dtype)) / np.timedelta64(1, "D"), name=values.name)


def is_whole(values: pd.Series) -> bool:
    """Whether a column of numbers holds whole numbers by their type."""
    dtype: Any = values.dtype
    if pd.api.types.is_object_dtype(dtype):
        return all(isinstance(v, (int, np.integer)) for v in values.dropna())
    return pd.api.types.is_integer_dtype(dtype)


def _from_the_least(values: pd.Series) -> np.ndarray:
    gone = values.isna().to_numpy()
    whole = [None if g else int(v) for v, g in zip(values.to_numpy(dtype=object), gone)]
    least = min(v for v in whole if v is not None)
    return np.array([np.nan if v is None else float(v - least) for v in whole])


def as_texts(values: pd.Series) -> np.ndarray:
    """A column as an object array (N,) of text, None where nothing stands."""
    array = values.to_numpy(dtype=object)
    gone = values.isna().to_numpy()
    return np.array([None if g else str(v) for v, g in zip(array, gone)], dtype=object)
