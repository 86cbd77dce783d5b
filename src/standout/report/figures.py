"""The drawings: records as marks, ROC curves, histogram of exposure, an interval on a scale.

Charts with text are drawn at two widths, WIDE and NARROW, so that letters keep their size on a phone; the style sheet
shows one of them. Colours come from the style sheet; every difference in colour is one in form, too.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup

from standout.report import svg
from standout.report.words import count, exactly, plural, rate

WIDE, NARROW = 640, 330
CROWD = 3000
"""Records up to which each is drawn as a mark of its own."""
BINS = 20


def crowd(exposed: np.ndarray) -> Markup | None:
    """Each record as a mark in the order of the table, exposed ones large; None where they are too many to tell apart.

    exposed: bool (N,).
    """
    total = len(exposed)
    if not 0 < total <= CROWD:
        return None
    columns = min(total, max(24, round(math.sqrt(total * 5.5))))
    rows = -(-total // columns)
    others = "".join(f"M{i % columns} {i // columns}h0" for i in np.flatnonzero(~exposed))
    marked = "".join(f"M{i % columns} {i // columns}h0" for i in np.flatnonzero(exposed))
    label = f"{plural(total, 'record')} as small marks, {count(int(exposed.sum()))} of them large: the exposed ones."
    size = f'viewBox="-0.5 -0.5 {columns} {rows}" style="max-width:{11 * columns}px"'
    return Markup(
        f'<svg class="crowd" {size} role="img" aria-label="{label}">'
        f'<path d="{others}" class="other"/><path d="{marked}" class="found"/></svg>'
    )


def scale(value: float | None, low: float | None, high: float | None, mark: float | None) -> Markup:
    """A figure in [0, 1] with its interval as dot and line, and a tick at `mark`; fits any width, stays silent."""
    at = lambda v: f"{2 + 96 * min(max(v, 0.0), 1.0):.1f}%"  # noqa: E731
    parts = ['<line x1="2%" x2="98%" y1="9" y2="9" class="track"/>']
    if mark is not None:
        parts.append(f'<line x1="{at(mark)}" x2="{at(mark)}" y1="2" y2="16" class="mark"/>')
    if low is not None and high is not None:
        parts.append(f'<line x1="{at(low)}" x2="{at(high)}" y1="9" y2="9" class="reach"/>')
    if value is not None:
        parts.append(f'<circle cx="{at(value)}" cy="9" r="5" class="dot"/>')
    return Markup(f'<svg class="scale" width="100%" height="18" aria-hidden="true">{"".join(parts)}</svg>')


def supported_from(curves: Mapping[str, Mapping], records: int) -> float:
    """The false-alarm rate below which the data say too little: under 10 false alarms, or under one a model."""
    fewest = min(c["non_members"] for c in curves.values())
    return min(max(10 / fewest, 1 / records), 1.0)


def roc(curves: Mapping[str, Mapping], strokes: Mapping[str, str], supported: float, width: int) -> Markup:
    """ROC curves on log-log axes with the chance line; what lies below `supported` is greyed.

    curves: {attack: {"fpr", "tpr"}}, drawn in this order, the last on top. strokes: {attack: class of its line}.
    """
    narrow = width < 500
    left, right, top, bottom = (50, 12, 12, 46) if narrow else (66, 16, 14, 50)
    height = round(width * (0.98 if narrow else 0.72))
    floor = min(math.floor(math.log10(supported * 0.99)), -1)
    across, up = (width - left - right) / -floor, (height - top - bottom) / -floor

    def x(value: float) -> float:
        return left + (max(math.log10(value) if value > 0 else floor, floor) - floor) * across

    def y(value: float) -> float:
        return height - bottom - (max(math.log10(value) if value > 0 else floor, floor) - floor) * up

    parts = []
    for power in range(floor, 1):
        tick = 10.0**power
        parts.append(svg.line(x(tick), y(1), x(tick), height - bottom, "grid"))
        parts.append(svg.line(left, y(tick), width - right, y(tick), "grid"))
        parts.append(svg.text(x(tick), height - bottom + 18, exactly(tick), "tick", "end" if power == 0 else "middle"))
        parts.append(svg.text(left - 7, y(tick) + 4, exactly(tick), "tick", "end"))
    parts.append(svg.text((left + width - right) / 2, height - 7, "false-alarm rate (FPR)", "name", "middle"))
    parts.append(svg.text(13, (top + height - bottom) / 2, "share recognised (TPR)", "name", "middle", -90))
    parts.append(svg.line(x(0), y(0), x(1), y(1), "chance"))
    for attack, curve in curves.items():
        f, t = np.asarray(curve["fpr"], dtype=float), np.asarray(curve["tpr"], dtype=float)
        inside = f > 10.0**floor
        start = t[~inside].max(initial=0.0)
        points = [(left, y(start)), *((x(a), y(b)) for a, b in zip(f[inside], t[inside]))]
        parts.append(svg.steps(points, f"curve {strokes[attack]}"))
    if supported > 10.0**floor:
        parts.append(svg.rect(left, top, x(supported) - left, height - top - bottom, "veil"))
        parts.append(svg.line(x(supported), top, x(supported), height - bottom, "limit"))
        roomy = x(supported) - left > 40
        parts.append(
            svg.text(left + 8, top + 16, "too few false", "tick")
            + svg.text(left + 8, top + 31, "alarms to tell", "tick")
            if roomy and not narrow
            else ""
        )
    label = (
        f"ROC curves of {plural(len(curves), 'attack')} on logarithmic axes, with the line of chance. Below a "
        f"false-alarm rate of {rate(supported)} the data support no figure. The attack table holds the values."
    )
    return svg.svg(width, height, label, parts, "chart narrow" if narrow else "chart wide")


def bins(exposure: np.ndarray, exposed: np.ndarray) -> list[tuple[float, float, int, int]]:
    """(from, to, others, exposed ones) for each of BINS equal parts of [0, 1]; the last one holds 1 itself."""
    edges = np.linspace(0, 1, BINS + 1)
    fine = np.isfinite(exposure)
    others = np.histogram(exposure[fine & ~exposed], edges)[0]
    found = np.histogram(exposure[fine & exposed], edges)[0]
    return [(float(a), float(b), int(o), int(f)) for a, b, o, f in zip(edges, edges[1:], others, found)]


def histogram(counts: Sequence[tuple[float, float, int, int]], above: float, width: int) -> Markup:
    """Records by exposure, as `bins` counts them: bars of log counts, so that single ones show; a line at `above`."""
    narrow = width < 500
    left, right, top, bottom = (44, 8, 26, 46) if narrow else (60, 14, 28, 50)
    height = 250 if narrow else 300
    most = max((max(o, f) for _, _, o, f in counts), default=1)
    base = math.log10(0.6)  # a bar of one record has a height of its own
    ceiling = max(math.log10(max(most, 10)) * 1.04, 1.0)
    x = lambda v: left + v * (width - left - right)  # noqa: E731
    y = lambda c: height - bottom - (math.log10(c) - base) / (ceiling - base) * (height - top - bottom)  # noqa: E731
    ground = height - bottom
    parts = []
    for power in range(int(ceiling) + 1):
        parts.append(svg.line(left, y(10**power), width - right, y(10**power), "grid"))
        parts.append(svg.text(left - 7, y(10**power) + 4, count(10**power), "tick", "end"))
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        anchor = "end" if tick == 1 else "middle"
        parts.append(svg.text(x(tick), ground + 18, exactly(tick), "tick", anchor))
    parts.append(svg.text((left + width - right) / 2, height - 7, "exposure", "name", "middle"))
    parts.append(svg.text(12, (top + ground) / 2, "records (log scale)", "name", "middle", -90))
    slot = (width - left - right) / len(counts)
    for low, high, others, found in counts:
        both = others > 0 and found > 0
        bar = (slot - (3 if narrow else 6)) / (2 if both else 1)
        for column, (n, css, name) in enumerate(((others, "other", "not reported"), (found, "found", "exposed"))):
            if n:
                start = x(low) + (1.5 if narrow else 3) + (bar if both and column else 0)
                title = f"{exactly(low)} to {exactly(high)}: {plural(n, 'record')} {name}"
                parts.append(f'<g data-exposure="{round(low, 6)} {round(high, 6)}">')
                parts.append(svg.rect(start, y(n), bar, ground - y(n), f"bar {css}", title) + "</g>")
    parts.append(svg.line(left, ground, width - right, ground, "axis"))
    parts.append(svg.line(x(above), top - 6, x(above), ground, "limit"))
    parts.append(svg.text(x(above) + 6, top + 2, f"exposed: above {exactly(above)}, with confidence", "tick"))
    total = sum(f for *_, f in counts)
    label = (
        f"Histogram of exposure with logarithmic counts; {plural(total, 'exposed record')} against a line at "
        f"{exactly(above)}. The table below holds the counts."
    )
    return svg.svg(width, height, label, parts, "chart narrow" if narrow else "chart wide")
