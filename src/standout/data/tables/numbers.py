"""Cells as numbers, however they are written: 1234.5, 1,234.5, 1.234,5, 1 234,5, 1'234.5, 12 %, 5 €."""

import re

import numpy as np

GAPS = " \u00a0\u202f\u2009"
"""Blanks that stand between thousands: plain, without break, narrow, thin."""
CURRENCY = "$€£¥円\\"
"""Signs of money; a backslash is the yen or won of a file in the letters of Japan or Korea."""
SIGNS = re.escape(CURRENCY)
OWED = re.compile(rf"(?P<before>[{SIGNS}]?)\s*\((?P<within>[^()]*[0-9][^()]*)\)\s*(?P<after>[{SIGNS}]?)")
"""An amount below 0 as books have it: ($1,234.50)."""
LEADING_ZERO = re.compile(r"^[^\S\n]*0[0-9]+[^\S\n]*$", re.MULTILINE)
"""A number that counts as text: 007 is a name."""


def _number(decimal: str, groups: str) -> str:
    d, g = re.escape(decimal), re.escape(groups)
    whole = rf"(?:[1-9][0-9]{{0,2}}(?:([{g}])[0-9]{{3}})(?:\1[0-9]{{3}})*|[0-9]+)"
    return rf"[+-]?(?:{whole}(?:{d}[0-9]*)?|{d}[0-9]+)(?:[eE][+-]?[0-9]+)?"


WAYS = {mark: re.compile(_number(mark, GAPS + "'’" + other)) for mark, other in ((".", ","), (",", "."))}
"""A number by its decimal mark; the other mark, blanks or apostrophes may stand between thousands."""
ANY_NUMBER = re.compile(
    rf"[-+−]?[{SIGNS}]?[0-9.,'’ \u00a0\u202f\u2009]*[0-9][0-9.,]*(?:[eE][+-]?[0-9]+)?\s?[%{SIGNS}]?"
)
"""Roughly a number, of whatever style."""
THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+")


def numbers_of(levels: list[str], decimal: str) -> np.ndarray | None:
    """Cells (L,) that are all numbers with this decimal mark, as float64 (L,); None where one is not."""
    way = WAYS[decimal]
    if not all(map(way.fullmatch, levels)):
        return None
    off = {ord(c): None for c in GAPS + "'’.,"} | {ord(decimal): "."}
    return np.array([level.translate(off) for level in levels], dtype=object).astype(np.float64)


def without_sign(levels: list[str]) -> tuple[list[str], str | None]:
    """Cells without the percent or currency sign that all of them bear, and that sign; a true minus, and brackets
    around an amount of money, as `-`."""
    levels = [owed(level).replace("−", "-") for level in levels]
    for sign in "%" + CURRENCY:
        if all(level.count(sign) == 1 for level in levels):
            bare = [_bare(level, sign) for level in levels]
            return (levels, None) if None in bare else ([b for b in bare if b is not None], sign)
    return levels, None


def owed(level: str) -> str:
    """($5) -> -$5; anything else, as (5), stays."""
    found = OWED.fullmatch(level)
    if found is None or not any(sign in level for sign in CURRENCY):
        return level
    return "-" + "".join(found.group("before", "within", "after"))


def _bare(level: str, sign: str) -> str | None:
    """-$5 -> -5, $ 5 -> 5, 5 % -> 5; None where the sign stands within."""
    minus = level[:1] if level[:1] in "+-" else ""
    rest = level[len(minus) :].strip()
    if rest.endswith(sign):
        return minus + rest[:-1].strip()
    return minus + rest[1:].strip() if rest.startswith(sign) and sign != "%" else None
