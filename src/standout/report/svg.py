"""Small parts of a drawing. Everything here takes numbers and returns markup; text is escaped."""

from collections.abc import Iterable

from markupsafe import Markup, escape


def n(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0") if round(value, 1) else "0"


def svg(width: float, height: float, label: str, parts: Iterable[str], css: str = "chart") -> Markup:
    """An image (role img) with a sentence for those who do not see it, as wide as its place allows up to `width`."""
    head = Markup('<svg class="{}" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">').format(
        css, n(width), n(height), n(width), n(height), label
    )
    return head + Markup("".join(parts)) + Markup("</svg>")


def line(x1: float, y1: float, x2: float, y2: float, css: str) -> str:
    """A straight line."""
    return f'<line x1="{n(x1)}" y1="{n(y1)}" x2="{n(x2)}" y2="{n(y2)}" class="{css}"/>'


def rect(x: float, y: float, width: float, height: float, css: str, title: str = "") -> str:
    """A rectangle; the title shows where a pointer rests on it."""
    inner = f"<title>{escape(title)}</title>" if title else ""
    return f'<rect x="{n(x)}" y="{n(y)}" width="{n(width)}" height="{n(height)}" class="{css}">{inner}</rect>'


def text(x: float, y: float, content: str, css: str = "", anchor: str = "start", turn: int = 0) -> str:
    """A line of text; `turn` degrees about its own place."""
    turned = f' transform="rotate({turn} {n(x)} {n(y)})"' if turn else ""
    kind = f' class="{css}"' if css else ""
    return f'<text x="{n(x)}" y="{n(y)}" text-anchor="{anchor}"{kind}{turned}>{escape(content)}</text>'


def steps(points: Iterable[tuple[float, float]], css: str) -> str:
    """A step function through points (x, y) in drawing units, across first and then up; tiny steps are left out."""
    path, x0, y0 = "", 0.0, 0.0
    for x, y in points:
        if not path:
            path = f"M{n(x)} {n(y)}"
        elif abs(x - x0) < 0.6 and abs(y - y0) < 0.6:
            continue
        else:
            path += (f"H{n(x)}" if abs(x - x0) >= 0.05 else "") + (f"V{n(y)}" if abs(y - y0) >= 0.05 else "")
        x0, y0 = x, y
    return f'<path d="{path}" class="{css}"/>'
