"""Labels of any kind to class codes."""

import numpy as np
import pandas as pd

from standout.errors import InputError, listed

MANY = 30
"""A label with more different decimals than this looks like a measure, not a class."""
FEW = 8
"""From so many records on, a label that no two of them share is no class."""


def read_labels(labels: np.ndarray) -> tuple[np.ndarray, tuple[str, ...], np.ndarray, list[str]]:
    """Codes int64 (N,), class names, one original value per class, and notes, from labels (N,) of any kind.

    Compared as text without surrounding blanks; whole floats count as whole numbers. A missing label has code -1.
    Names are sorted as numbers where all are numbers, else as text. Raises InputError for one class or a measure.
    """
    missing = is_blank(labels)
    text = np.array(["" if gone else as_text(v) for v, gone in zip(labels, missing)], dtype=object)
    refuse_broken_text(text, "the label")
    names = np.unique(text[~missing].astype(str)) if (~missing).any() else np.array([], dtype=str)
    if len(names) == 0:
        raise InputError(f"none of the {len(labels)} records has a label; is it the right column?")
    if len(names) == 1:
        raise InputError(f"all labels are {str(names[0])!r}; a classifier needs at least two classes")
    if any(isinstance(v, (float, np.floating)) and np.isinf(v) for v in labels):
        raise InputError("the label holds inf; give classes")
    numbers = pd.to_numeric(pd.Series(names), errors="coerce").to_numpy(dtype=float)
    if np.isfinite(numbers).all():
        names = names[np.argsort(numbers, kind="stable")]
        if (numbers % 1 != 0).sum() > MANY:
            raise InputError(
                f"the label has {len(names)} different values such as {listed(names[:3])}: looks like a measure; "
                "give classes, for instance ranges of it"
            )
    alone = len(names) == (~missing).sum() >= FEW
    if alone or len(names) > max(MANY, len(labels) // 2):
        raise InputError(
            f"the label has {len(names)} different values in {len(labels)} records: looks like an id or a measure; "
            "give classes that records share"
        )
    place = {str(name): code for code, name in enumerate(names)}
    codes = np.array([-1 if gone else place[t] for t, gone in zip(text, missing)], dtype=np.int64)
    first = pd.Series(np.arange(len(codes))).groupby(codes).first()
    values = class_values([labels[first[code]] for code in range(len(names))], names)
    notes = []
    if missing.any():
        notes.append(f"{int(missing.sum())} of {len(labels)} records have no label and are left out")
    return codes, tuple(str(n) for n in names), values, notes


def class_values(examples: list, names: np.ndarray) -> np.ndarray:
    """What an estimator is told of each class: numbers where the user's labels are numbers, else the names as text."""
    if all(isinstance(v, (int, float, np.number, np.bool_)) for v in examples):
        values = np.array(examples)
        if values.dtype.kind in "biuf" and len(np.unique(values)) == len(names):  # True and 1 are one number
            return values
    return names.astype(str)


def is_blank(values: np.ndarray) -> np.ndarray:
    """Where in an object array (N,) nothing stands: None, NaN, or text of blanks alone."""
    return pd.isna(values) | np.array([isinstance(v, (str, bytes)) and not as_text(v) for v in values], dtype=bool)


def refuse_broken_text(texts: np.ndarray, what: str) -> None:
    """Half of a surrogate pair, as a wrong decoding leaves it, cannot be written to any file."""
    for row, text in enumerate(texts):
        if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
            raise InputError(
                f"{what} of row {row} (counted from 0) is {str(text)!a}, which is no valid text (a lone surrogate); "
                "read it in its own encoding again or replace it"
            )


def as_text(value) -> str:
    """A label as text: no surrounding blanks, no zero bytes that fill up a fixed width, and 3.0 is 3."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    text = decoded(value) if isinstance(value, bytes) else str(value)
    return text.strip().rstrip("\0").strip()


def decoded(value: bytes) -> str:
    """Bytes as text: UTF-8, else Latin-1, so that classes that differ in a byte stay apart."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
