"""Quasi-identifiers: the columns by which others may know a record."""

from collections.abc import Iterable

import pandas as pd

from standout.data.dataset import Dataset
from standout.errors import InputError, did_you_mean, listed

ROLES = {
    "--label": "is the label; the class is what the model says, not what others know",
    "--id": "is the id, which every record has to itself",
    "--group": "is the group, which names people; records of one are never told apart by it",
    "--drop": "is left out of the data by --drop",
}
"""What a column of a table is that is no feature."""


def quasi_columns(dataset: Dataset, names: str | Iterable[str] | None) -> tuple[str, ...]:
    """Names of feature columns, each once, as text. Raises InputError, in one line, where there is no such column, or
    the data are no table."""
    if names is None:
        return ()
    if not isinstance(names, Iterable):
        raise InputError(f"quasi-identifiers must be names of columns, not {names!r}")
    asked = list(dict.fromkeys(str(n) for n in ([names] if isinstance(names, str) else names)))
    if not asked:
        return ()
    if not isinstance(dataset.x, pd.DataFrame):
        raise InputError(
            f"quasi-identifier {asked[0]!r}: columns have names in tables alone, and {dataset.name} is none"
        )
    return tuple(dict.fromkeys(_column(dataset, name) for name in asked))


def _column(dataset: Dataset, asked: str) -> str:
    known = [str(c) for c in dataset.x.columns]
    name = asked if asked in known else asked.strip()
    if known.count(name) == 1:
        return name
    if name in known:
        raise InputError(f"quasi-identifier {name!r}: two columns of x read so; rename one")
    for option, value in zip(dataset.origin[1::2], dataset.origin[2::2]):
        if option in ROLES and value.strip() == name:
            raise InputError(f"quasi-identifier {name!r} {ROLES[option]}; name columns that are features")
    raise InputError(
        f"quasi-identifier {name!r} is no feature column of {dataset.name}{did_you_mean(name, known)} (columns: "
        f"{listed(known)})"
    )
