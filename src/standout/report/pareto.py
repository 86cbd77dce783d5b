"""Defences as points: test accuracy across, exposure of the exposed up; strengths of one defence are joined by a line.

Every family of strengths has a colour, a form and a kind of line of its own, every point the number of its row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from standout.report import svg
from standout.report.figures import NARROW, WIDE
from standout.report.labels import labels
from standout.report.words import exactly, known, percent, plural

FORMS = 6
"""Outlines that `mark` knows."""
COLOURS = 8
BASELINE = "dp-sgd"
FAR = 0.1
"""Accuracy lost beyond which a point is drawn at the edge, so that the others stay apart."""
NAMED = 14
"""Points up to which a wide drawing names them; beyond, and on a phone, they have numbers."""


@dataclass(frozen=True)
class Point:
    """One defence. number: of its row, 0 for the control; family: place of what it is a strength of; far: drawn at the
    edge, as it costs more accuracy than the drawing shows."""

    number: int
    name: str
    family: int
    accuracy: float
    accuracy_ci: tuple[float, float] | None
    exposure: float
    exposure_ci: tuple[float, float] | None
    strength: float | None = None
    far: bool = False

    @property
    def css(self) -> str:
        """Its colour, in the style sheet."""
        return "control" if self.number == 0 else f"p{self.family % COLOURS}"

    @property
    def said(self) -> str:
        """In words, for those who rest a pointer on it."""
        return f"{self.name}: test accuracy {percent(self.accuracy)}, exposure {percent(self.exposure)}"


@dataclass(frozen=True)
class Pareto:
    """The drawing and what stands beside it. numbers: of the rows by name; marks: a small mark of each by name."""

    drawing: Markup
    numbers: dict[str, int]
    marks: dict[str, Markup]
    far: list[Point]


def pareto_of(found: Mapping[str, Any] | None) -> Pareto | None:
    """From defences.json; None where no exposed record was found, or it was written without these figures."""
    points = points_of(found or {})
    if len(points) < 2:
        return None
    return Pareto(
        drawing(points, WIDE) + drawing(points, NARROW),
        {p.name: p.number for p in points},
        {p.name: key(p) for p in points},
        [p for p in points if p.far],
    )


def points_of(found: Mapping[str, Any]) -> list[Point]:
    """The control and every defence that has both figures, in the order of the table."""
    blocks = {name: b for name, b in (found.get("defences") or {}).items() if has_figures(b)}
    if not blocks:
        return []
    base, own = found["baseline"], next(iter(blocks.values()))["exposed_before"]
    control = base["test_accuracy"]
    points = [
        Point(0, "none", -1, control, ends(base.get("test_accuracy_ci")), own["exposure"], ends(own.get("exposure_ci")))
    ]
    families = list(dict.fromkeys(b["name"] for b in blocks.values()))
    for number, (name, b) in enumerate(blocks.items(), 1):
        after, accuracy = b["exposed_before"], b["test_accuracy"]
        points.append(
            Point(
                number,
                name,
                families.index(b["name"]),
                accuracy,
                ends(b.get("test_accuracy_ci")),
                after["exposure_after"],
                ends(after.get("exposure_after_ci")),
                b.get("strength"),
                accuracy < control - FAR,
            )
        )
    return points


def has_figures(block: Mapping[str, Any]) -> bool:
    """Whether a block of a defence can be drawn."""
    own = block.get("exposed_before") or {}
    return all(known(v) for v in (block.get("test_accuracy"), own.get("exposure"), own.get("exposure_after")))


def ends(pair: Sequence[float] | None) -> tuple[float, float] | None:
    """An interval, None where there is none."""
    return (pair[0], pair[1]) if pair and all(known(v) for v in pair) else None


def mark(x: float, y: float, size: float, point: Point) -> str:
    """The mark of a point, in the form of its family; the control is a ring."""
    title = Markup("<title>{}</title>").format(point.said)
    if point.number == 0:
        return Markup('<circle cx="{}" cy="{}" r="{}" class="point control">{}</circle>').format(
            svg.n(x), svg.n(y), svg.n(size), title
        )
    corners = outline(point.family % FORMS)
    path = "M" + "L".join(f"{svg.n(x + size * a)} {svg.n(y + size * b)}" for a, b in corners) + "Z"
    return Markup('<path d="{}" class="point {}">{}</path>').format(path, point.css, title)


def outline(form: int) -> list[tuple[float, float]]:
    """Corners of a form about (0, 0), of about the same area."""
    return (
        [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)],
        [(0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)],
        [(0, -1.15), (1.15, 0.85), (-1.15, 0.85)],
        [(0, 1.15), (1.15, -0.85), (-1.15, -0.85)],
        [(-0.4, -1.1), (0.4, -1.1), (0.4, -0.4), (1.1, -0.4), (1.1, 0.4), (0.4, 0.4), (0.4, 1.1), (-0.4, 1.1),
         (-0.4, 0.4), (-1.1, 0.4), (-1.1, -0.4), (-0.4, -0.4)],
        [(-0.55, -1.1), (0.55, -1.1), (1.1, 0), (0.55, 1.1), (-0.55, 1.1), (-1.1, 0)],
    )[form]  # fmt: skip


def key(point: Point) -> Markup:
    """The mark alone, for the table."""
    return Markup('<svg class="chart key-mark" width="16" height="16" aria-hidden="true">{}</svg>').format(
        Markup(mark(8, 8, 5.5, point))
    )


def steps_of(low: float, high: float, most: int) -> list[float]:
    """Round ticks within [low, high], at most so many."""
    for size in (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0):
        first, last = -(-low // size), high // size
        if last - first + 1 <= most:
            return [round(size * i, 6) for i in range(int(first), int(last) + 1)]
    return [low, high]


def drawing(points: Sequence[Point], width: int) -> Markup:
    """The chart at one width."""
    narrow = width < 500
    left, right, top, bottom = (54, 12, 14, 46) if narrow else (62, 18, 16, 50)
    height = 340 if narrow else 420
    near = [p for p in points if not p.far]
    spans = [v for p in near for v in (p.accuracy, *(p.accuracy_ci or ()))]
    room = max((max(spans) - min(spans)) * 0.08, 0.001)
    low, high = min(spans) - room * (2 if len(near) < len(points) else 1), max(spans) + room
    tallest = max(v for p in points for v in (p.exposure, *(p.exposure_ci or ())))
    ceiling = min(max(tallest * 1.06, 0.01), 1.0)

    def x(value: float) -> float:
        return left + (max(value, low) - low) / (high - low) * (width - left - right)

    def y(value: float) -> float:
        return height - bottom - min(value, ceiling) / ceiling * (height - top - bottom)

    parts = []
    for tick in steps_of(low, high, 4 if narrow else 7):
        parts.append(svg.line(x(tick), top, x(tick), height - bottom, "grid"))
        parts.append(svg.text(x(tick), height - bottom + 18, exactly(tick), "tick", "middle"))
    for tick in steps_of(0, ceiling, 6):
        parts.append(svg.line(left, y(tick), width - right, y(tick), "grid"))
        parts.append(svg.text(left - 7, y(tick) + 4, exactly(tick), "tick", "end"))
    parts.append(svg.text((left + width - right) / 2, height - 7, "test accuracy", "name", "middle"))
    parts.append(svg.text(12, (top + height - bottom) / 2, "mean exposure of the exposed", "name", "middle", -90))
    control = points[0]
    parts.append(svg.line(x(control.accuracy), top, x(control.accuracy), height - bottom, "limit"))
    parts.append(svg.line(left, y(control.exposure), width - right, y(control.exposure), "limit"))
    for line in strengths(points):
        css = "baseline" if line[0].name.split(":")[0] == BASELINE else f"joined {line[0].css}"
        corners = [cut_at(a, b, low) for a, b in pairwise(line)]
        parts += [svg.line(x(a[0]), y(a[1]), x(b[0]), y(b[1]), f"curve {css}") for a, b in corners]
    for p in points:
        parts += bars(p, x, y)
    size = 5.0 if narrow else 5.5
    parts += [mark(x(p.accuracy), y(p.exposure), size, p) for p in points[1:]]
    parts.append(mark(x(control.accuracy), y(control.exposure), size + 1, control))
    named = not narrow and len(points) <= NAMED
    texts = {p.number: p.name if named or not p.number else str(p.number) for p in points}
    places = [(x(p.accuracy), y(p.exposure)) for p in points]
    area = (left, top, width - right, height - bottom)
    for p, (tx, ty, anchor) in zip(points, labels(places, [texts[p.number] for p in points], area)):
        parts.append(svg.text(tx, ty, texts[p.number], f"label {p.css}", anchor))
    label = (
        f"Test accuracy against mean exposure of the exposed records, for the control and "
        f"{plural(len(points) - 1, 'defence')}. Lower and further right is better. The table below holds the values."
    )
    return svg.svg(width, height, label, parts, "chart pareto narrow" if narrow else "chart pareto wide")


def strengths(points: Sequence[Point]) -> list[list[Point]]:
    """Points of each defence that has several, by strength."""
    families: dict[int, list[Point]] = {}
    for p in points[1:]:
        if p.strength is not None:
            families.setdefault(p.family, []).append(p)
    return [sorted(f, key=lambda p: p.strength or 0.0) for f in families.values() if len(f) > 1]


def cut_at(a: Point, b: Point, low: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Both ends of the line between two points, cut where it leaves the drawing at the accuracy `low`."""
    one, two = (a.accuracy, a.exposure), (b.accuracy, b.exposure)

    def inside(own: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
        if own[0] >= low or other[0] <= low:
            return own
        return low, own[1] + (other[1] - own[1]) * (low - own[0]) / (other[0] - own[0])

    return inside(one, two), inside(two, one)


def bars(p: Point, x, y) -> list[str]:
    """Intervals of both figures, where they are known."""
    out = []
    if p.accuracy_ci and not p.far:
        out.append(svg.line(x(p.accuracy_ci[0]), y(p.exposure), x(p.accuracy_ci[1]), y(p.exposure), f"bars {p.css}"))
    if p.exposure_ci:
        out.append(svg.line(x(p.accuracy), y(p.exposure_ci[0]), x(p.accuracy), y(p.exposure_ci[1]), f"bars {p.css}"))
    return out
