"""Cells as dates and times: 2020-01-31, 31.1.2020, 1/31/2020, 31-Jan-2020, each with a time or without."""

import re

import numpy as np
import pandas as pd

TIME = r"[T ]\s*(?P<time>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)\s?(?P<half>[AaPp][Mm])?"
ZONE = r"\s?(?P<zone>Z|UTC|[+-][0-9]{2}:?[0-9]{2})?"
CELL = re.compile(rf"(?P<date>[0-9].{{3,12}}?|[A-Z][a-z]{{2,8}}\.? [0-9]{{1,2}},? [0-9]{{4}})(?:{TIME}{ZONE})?")
SHAPES: list[tuple[re.Pattern[str], tuple[str, ...]]] = [
    (re.compile(shape), formats)
    for shape, formats in [
        (r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}", ("%Y-%m-%d",)),
        (r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}", ("%Y/%m/%d",)),
        (r"[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,2}", ("%Y.%m.%d",)),
        (r"[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日", ("%Y年%m月%d日",)),
        (r"[0-9]{4}-[0-9]{2}", ("%Y-%m",)),
        (r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}", ("%d.%m.%Y",)),
        (r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}", ("%d.%m.%y",)),
        (r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", ("%m/%d/%Y", "%d/%m/%Y")),
        (r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}", ("%m/%d/%y", "%d/%m/%y")),
        (r"[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}", ("%d-%m-%Y", "%m-%d-%Y")),
        (r"[0-9]{1,2}-[A-Za-z]{3}-[0-9]{4}", ("%d-%b-%Y",)),
        (r"[0-9]{1,2}-[A-Za-z]{3}-[0-9]{2}", ("%d-%b-%y",)),
        (r"[0-9]{1,2} [A-Za-z]{3} [0-9]{4}", ("%d %b %Y",)),
        (r"[A-Z][a-z]{2} [0-9]{1,2}, [0-9]{4}", ("%b %d, %Y",)),
    ]
]
"""Shapes of a date, and what each may mean, the likelier first."""
SPOKEN = {"%d": "day", "%m": "month", "%Y": "year", "%y": "year 1930 to 2029", "%b": "month"}
FIRST = 1930
"""Years of two digits count from here, as in Excel: 30 is 1930, 29 is 2029."""


def dates_of(levels: list[str], day_first: bool) -> tuple[pd.DatetimeIndex, str, bool] | None:
    """(moments (L,), their order in words, whether day and month could be the other way round) of cells that are all
    dates of one shape; None where one is not. day_first: how to read what may be either."""
    found = [CELL.fullmatch(level) for level in levels]
    if not found or not found[0] or not all(found):
        return None
    parts = [m.groupdict() for m in found if m]
    dates = [p["date"] for p in parts]
    shape = next(((s, f) for s, f in SHAPES if s.fullmatch(dates[0])), None)
    if shape is None or not all(map(shape[0].fullmatch, dates)):
        return None
    ways = {}
    for way in shape[1]:
        moments = pd.to_datetime(pd.Index(dates, dtype=object), format=way, errors="coerce")
        if moments.isna().any():
            continue
        if "%y" in way:
            moments = moments.where(moments.year < FIRST + 100, moments - pd.DateOffset(years=100))
        ways[way] = moments
    if not ways:
        return None
    either = len(ways) > 1 and not all(m.equals(next(iter(ways.values()))) for m in ways.values())
    likely = [way for way in ways if way.startswith("%d") == day_first] if len(ways) > 1 else list(ways)
    way = (likely or list(ways))[0]
    times = _times(parts)
    if times is None:
        return None
    order = re.sub("%.", lambda m: SPOKEN[m[0]], way)
    return ways[way].as_unit("us") + pd.TimedeltaIndex(times), order, either


def _times(parts: list[dict]) -> np.ndarray | None:
    """Time of day (L,) as timedelta64[us], zones taken off; None where one is not."""
    spans = []
    for part in parts:
        hour, minute, second = ((part["time"] or "0:00") + ":00").split(":")[:3]
        hour = int(hour)
        if half := part["half"]:
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if half.upper() == "PM" else 0)
        if hour > 23 or int(minute) > 59 or float(second) >= 61:
            return None
        zone = part["zone"] or "Z"
        away = 0 if zone[0] not in "+-" else int(zone[0] + "1") * (int(zone[1:3]) * 60 + int(zone[-2:]))
        spans.append(round((hour * 3600 + (int(minute) - away) * 60 + float(second)) * 1e6))
    return np.array(spans, dtype="timedelta64[us]")
