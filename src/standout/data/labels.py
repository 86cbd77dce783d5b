"""Labels of any kind to class codes."""

import numpy as np
import pandas as pd

from standout.errors import InputError, listed

MANY = 30
"""A label with more different decimals than this looks like a measure, not a class."""


def read_labels(labels: np.ndarray) -> tuple[np.ndarray, tuple[str, ...], np.ndarray, list[str]]:
    """Codes int64 (N,), class names, one original value per class, and notes, from labels (N,) of any kind.

    Compared as text without surrounding blanks; whole floats count as whole numbers. A missing label has code -1.
    Names are sorted as numbers where all are numbers, else as text. Raises InputError for one class or a measure.
    """
    missing = pd.isna(labels) | np.array([isinstance(v, str) and not v.strip() for v in labels], dtype=bool)
    text = np.array(["" if gone else as_text(v) for v, gone in zip(labels, missing)], dtype=object)
    names = np.unique(text[~missing].astype(str)) if (~missing).any() else np.array([], dtype=str)
    if len(names) == 0:
        raise InputError("no record has a label")
    if len(names) == 1:
        raise InputError(f"all labels are {str(names[0])!r}; a classifier needs at least two classes")
    numbers = pd.to_numeric(pd.Series(names), errors="coerce").to_numpy(dtype=float)
    if np.isfinite(numbers).all():
        names = names[np.argsort(numbers, kind="stable")]
        if (numbers % 1 != 0).sum() > MANY:
            raise InputError(
                f"the label has {len(names)} different values such as {listed(names[:3])}: looks like a measure; "
                "give classes, for instance ranges of it"
            )
    elif len(names) > max(MANY, len(labels) // 2):
        raise InputError(f"the label has {len(names)} different values in {len(labels)} records: looks like an id")
    place = {str(name): code for code, name in enumerate(names)}
    codes = np.array([-1 if gone else place[t] for t, gone in zip(text, missing)], dtype=np.int64)
    first = pd.Series(np.arange(len(codes))).groupby(codes).first()
    values = np.empty(len(names), dtype=object)
    values[:] = [labels[first[code]] for code in range(len(names))]
    if len({type(v) for v in values}) == 1 and not isinstance(values[0], str):
        values = np.array(values.tolist())
    elif not all(isinstance(v, (int, float, np.number, np.bool_)) for v in values):
        values = names.astype(str)
    else:
        values = np.array([float(v) for v in values])
    notes = []
    if missing.any():
        notes.append(f"{int(missing.sum())} of {len(labels)} records have no label and are left out")
    return codes, tuple(str(n) for n in names), values, notes


def as_text(value) -> str:
    """A label as text: no surrounding blanks, and 3.0 is 3."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()
