"""Labels as users hold them (a column, one-hot rows, a table of indicators) to one label per record."""

from typing import Any

import numpy as np
import pandas as pd

from standout.errors import InputError, listed, one_line


def label_column(y, n: int) -> tuple[np.ndarray, tuple[str, ...]]:
    """One label per record as an object array (N,), and what is to be told of how y was read.

    y: labels (N,), (N, 1) or (1, N) of any kind; or one-hot (N, C), each row with exactly one 1: the class is then the
    number of its column, or the column's name in a DataFrame. Raises InputError for soft and for several labels.
    """
    if isinstance(y, pd.DataFrame) and y.shape[1] > 1:
        return _one_hot(y.to_numpy(), n, list(y.columns))
    array = as_array(y, "y")
    if array.ndim == 2 and 1 in array.shape:
        array = array.ravel()
    if array.ndim == 2:
        return _one_hot(array, n, None)
    return column_of(array, "y", n, "a label"), ()


def column_of(values, name: str, n: int, what: str) -> np.ndarray:
    """One value per record as an object array (N,)."""
    array = as_array(values, name)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise InputError(f"{name} has shape {array.shape}; give {what} per record, shape ({n},)")
    if len(array) != n:
        raise InputError(f"{name} has {len(array)} entries for {n} rows of x; give {what} per record")
    if array.dtype.kind in "Vc":
        raise InputError(f"{name} has dtype {array.dtype}; give {what} per record as numbers or text")
    return array.astype(object)


def as_array(values, name: str) -> np.ndarray:
    """Anything like an array as one; masked entries are None. Raises InputError for ragged lists, text and the like."""
    if isinstance(values, str):
        raise InputError(f"{name} is the text {values!r}; give the column itself, for instance x[{values!r}]")
    if hasattr(values, "to_numpy"):
        return values.to_numpy(dtype=object)
    if np.ma.is_masked(values):
        array = np.array(values, dtype=object)
        array[np.ma.getmaskarray(values)] = None
        return array
    try:
        return np.asarray(values)
    except (ValueError, TypeError, RuntimeError) as e:  # ragged; a tensor on a GPU; one that wants gradients
        raise InputError(f"{name} is not an array: {one_line(e)}") from e


def _one_hot(array: np.ndarray, n: int, names: list | None) -> tuple[np.ndarray, tuple[str, ...]]:
    shape = array.shape
    if shape[0] != n:
        turned = "; is it turned? Then give y.T" if shape[1] == n else ""
        raise InputError(f"y has shape {shape} for {n} rows of x; give a label per record, shape ({n},){turned}")
    try:
        numbers: Any = array.astype(np.float64)
    except (ValueError, TypeError) as e:
        raise InputError(f"y has shape {shape} and holds text; give one label per record, shape ({n},)") from e
    refuse_soft(numbers)
    place = numbers.argmax(axis=1)
    kind = f"y is one-hot, shape {shape}: the class of a record is "
    if names is None:
        labels, told = place.astype(object), kind + "the number of its column, counted from 0"
    else:
        labels, told = np.array([str(name) for name in names], dtype=object)[place], kind + "the name of its column"
    empty = np.setdiff1d(np.arange(shape[1]), place)
    if len(empty):
        told += f"; no record is of {listed(empty if names is None else [names[i] for i in empty])}"
    return labels, (told,)


def refuse_soft(rows: np.ndarray) -> None:
    """Raises InputError where a row of y float (N, C) is anything but one 1 and zeros, naming the first such row."""
    ones, zeros = (rows == 1).sum(axis=1), (rows == 0).sum(axis=1)
    wrong = (ones != 1) | (ones + zeros != rows.shape[1])
    if not wrong.any():
        return
    row = int(np.argmax(wrong))
    where = f"y has shape {rows.shape}, and row {row} (counted from 0)"
    if ones[row] + zeros[row] == rows.shape[1]:
        many = "no 1: no class" if ones[row] == 0 else f"{ones[row]} ones: several classes"
        raise InputError(f"{where} holds {many}; give one label per record, shape ({len(rows)},)")
    shown = [f"{v:.3g}" for v in rows[row]]
    if (rows >= 0).all() and np.allclose(rows.sum(axis=1), 1, atol=1e-3):
        raise InputError(
            f"{where} holds soft labels ({listed(shown, 4)}); give one class per record, for instance y.argmax(axis=1)"
        )
    raise InputError(f"{where} is not one-hot ({listed(shown, 4)}); give one label per record, shape ({len(rows)},)")
