"""Figures as a reader sees them. Whatever is missing is said in words; no NaN, None or inf reaches the page."""

import math
from collections.abc import Sequence
from typing import TypeGuard

MISSING = "not available"
MINUS = "\N{MINUS SIGN}"
ROUND = {
    2: "two",
    5: "five",
    10: "ten",
    20: "twenty",
    50: "fifty",
    100: "a hundred",
    1_000: "a thousand",
    10_000: "ten thousand",
    100_000: "a hundred thousand",
    1_000_000: "a million",
}


def known(value: object) -> TypeGuard[float]:
    """Whether a figure is there: a finite number."""
    return isinstance(value, (int, float)) and math.isfinite(value)


def number(value: float | None, decimals: int = 3) -> str:
    """A plain figure: 0.523; a true minus sign before negative ones, never a minus before zero."""
    if not known(value):
        return MISSING
    text = f"{value:,.{decimals}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0 else text.replace("-", MINUS)


def count(value: float | None) -> str:
    """A whole number with thousands separators."""
    return number(value, 0)


def percent(value: float | None, decimals: int = 1) -> str:
    """A share in [0, 1] as a percentage with fixed decimals: accuracies, for instance."""
    return number(100 * value, decimals) + "%" if known(value) else MISSING


def rate(value: float | None) -> str:
    """A share with two significant digits, one decimal from 1% on: 0.099%, 3.0%, 24.9%; 0% and 100% only if exact."""
    if not known(value):
        return MISSING
    p = 100 * value
    if p in (0, 100):
        return f"{p:.0f}%"
    if p >= 1:
        return f"{min(p, 99.9):.1f}%"
    return f"{p:.{1 - math.floor(math.log10(p))}f}%"


def small(value: float | None) -> str:
    """A p-value with two significant digits: 0.031, 2.4e-07."""
    if not known(value):
        return MISSING
    if value < 1e-300:
        return "under 1e-300"
    return f"{value:.2g}" if value >= 1e-4 else f"{value:.1e}"


def exactly(value: float | None) -> str:
    """A rate that somebody chose, as chosen: 0.1%, never 0.10%."""
    return f"{100 * value:.8f}".rstrip("0").rstrip(".") + "%" if known(value) else MISSING


def chance(value: float | None) -> str:
    """An exposure: whole percents in the middle, a decimal near the ends, and never a certain 0% or 100%."""
    if not known(value):
        return MISSING
    if value < 0.0005:
        return "under 0.1%"
    if value >= 0.9995:
        return "over 99.9%"
    return percent(value, 1 if value < 0.0995 or value >= 0.9895 else 0)


def between(pair: Sequence[float | None] | None, how=number, *arguments) -> str:
    """Both ends of an interval: `0.521 to 0.525`; one word where they read the same; empty where there is none."""
    if pair is None or not all(known(v) for v in pair):
        return ""
    low, high = (how(v, *arguments) for v in pair)
    return f"{low} to {high}" if low != high else low


def one_in(value: float | None) -> str:
    """How many a rate is one in: 0.001 is `a thousand`."""
    if not known(value) or value <= 0:
        return MISSING
    n = round(1 / value)
    about = "" if abs(value * n - 1) < 1e-6 else "about "
    return about + ROUND.get(n, f"{n:,}")


def seconds(value: float | None) -> str:
    """A duration in the unit that fits it."""
    if not known(value):
        return MISSING
    for size, unit in ((3600, "hours"), (60, "minutes")):
        if value >= 2 * size:
            return f"{value / size:.1f} {unit}"
    return f"{value:.0f} seconds" if value >= 10 else f"{value:.1f} seconds"


def plural(n: int, one: str, many: str | None = None) -> str:
    """`1 record`, `2 records`, `1,797 records`."""
    return f"{count(n)} {one if n == 1 else many or one + 's'}"


def aimed_at(block: dict) -> str:
    """How many records a block of defences.json was aimed at, and which: `24 exposed records`."""
    of = {"exposed": ("exposed record",), "suspects": ("suspect of the screening", "suspects of the screening")}
    return plural(block["aimed"], *of.get(block["target"], ("record",)))
