"""All feature columns of a text table, typed, and what is to be told of how they were read."""

import re

import numpy as np
import pandas as pd

from standout.data.tables.cells import Column, dotted, look, values_of
from standout.data.tables.numbers import ANY_NUMBER, CURRENCY, SIGNS, owed
from standout.errors import listed

MOSTLY = 0.9
"""A text column of which more of the cells than this are numbers is told of with the cells that are none."""
FEW, MANY = 3, 10
"""Half of the cells is enough where so few different ones are none, each beside so many different numbers."""


def typed(features: dict[str, np.ndarray], separator: str) -> tuple[pd.DataFrame, list[str], bool]:
    """(table, notes, whether its decimal mark is a comma) of text cells, object (N,) each. Numbers are float64, or
    int64 beyond what float64 tells apart; dates datetime64; text is object with None where missing.

    separator: between the cells; decides between 1,5 and 1,500 where no column does.
    """
    looked = {name: look(name, cells) for name, cells in features.items()}
    commas = sum(set(c.ways) == {","} for c in looked.values())
    points = sum(c.points for c in looked.values())
    decimal = "," if commas > points or (commas == points and separator == ";") else "."
    if decimal == "," and commas:
        for name, column in looked.items():
            if column.plain is not None and not column.points and any("." in cell for cell in features[name]):
                looked[name] = dotted(name, features[name])
    read = {name: values_of(column, decimal, day_first=decimal == ",") for name, column in looked.items()}
    comma = any(c.ways and (how == "," and any("," in v for v in c.levels)) for c, (_, how) in _pairs(looked, read))
    return pd.DataFrame({name: values for name, (values, _) in read.items()}), _notes(looked, read), comma


def _pairs(looked: dict[str, Column], read: dict) -> list:
    return [(column, read[name]) for name, column in looked.items()]


def _notes(looked: dict[str, Column], read: dict) -> list[str]:
    grouped, below, signs, dates, either, padded, nearly = [], [], {}, {}, [], [], []
    for name, column in looked.items():
        how = read[name][1]
        if how in (".", ","):
            if example := next((v for v in column.levels if _has_groups(v, how)), None):
                grouped.append(f"{name} ({_read_as(example, read[name][0], column)})")
            if example := next((v for v in column.levels if owed(v) != v), None):
                below.append(f"{name} ({_read_as(example, read[name][0], column)})")
            if column.sign:
                signs.setdefault(column.sign, []).append(name)
        elif how is not None:
            order = how.removesuffix(" or otherwise")
            dates.setdefault(order, []).append(name)
            if order != how:
                either.append(f"{name} ({column.levels[0]!r} as {order})")
        elif column.padded:
            padded.append(name)
        elif column.plain is None and (note := _nearly(column)):
            nearly.append(f"column {name!r} {note}")
    told = [f"thousands separators taken off in: {listed(grouped)}"] if grouped else []
    told += [f"amounts in brackets are below 0 in: {listed(below)}"] if below else []
    told += [f"the {sign} sign taken off in: {listed(names)}" for sign, names in signs.items()]
    told += [f"dates ({order}): {listed(names)}" for order, names in dates.items()]
    if either:
        told.append(
            f"whether day or month comes first cannot be told in: {listed(either)}; 2020-01-31 would leave no doubt"
        )
    if padded:
        told.append(f"numbers with leading zeros are names and stay text: {listed(padded)}")
    return told + nearly


def _has_groups(level: str, decimal: str) -> bool:
    digits = level.split(decimal)[0]
    return re.search(rf"[^\w+\-−%{SIGNS}()]", digits.strip(f"+-−%()\xa0 {CURRENCY}")) is not None


def _read_as(level: str, values: pd.Series, column: Column) -> str:
    """`'1.234' is '1234'`: quoted, as all that comes from cells; not by `repr`, which spells out a narrow blank."""
    place = int(np.flatnonzero(column.codes == column.levels.index(level))[0])
    mark = '"' if "'" in level else "'"
    return f"{mark}{level}{mark} is '{values[place]:.15g}'"


def _nearly(column: Column) -> str | None:
    """Why a column that is mostly numbers is text."""
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.levels))
    other = [k for k, level in enumerate(column.levels) if not ANY_NUMBER.fullmatch(owed(level))]
    if not other:
        return None
    numbers = counts.sum() - counts[other].sum()
    few = len(other) <= FEW and len(column.levels) >= MANY * len(other)
    if numbers <= (0.5 if few else MOSTLY) * counts.sum():
        return None
    words = listed([repr(column.levels[k]) for k in other], 3)
    return (
        f"is text, not numbers, because of {words} ({counts[other].sum()} of {counts.sum()} cells); if these are no "
        "values, leave them empty"
    )
