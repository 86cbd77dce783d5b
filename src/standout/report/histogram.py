"""Two distributions in one small drawing."""

from markupsafe import Markup

from standout.report.svg import line, rect, svg, text
from standout.report.words import number


def histogram(block: dict, title: str) -> Markup:
    """Members as filled bars, others as outlines, in one drawing."""
    width, height, left, top, bottom = 340.0, 170.0, 8.0, 26.0, 24.0
    edges, most = block["edges"], max([*block["members"], *block["others"], 1e-9])
    x = lambda v: left + (width - 2 * left) * (v - edges[0]) / (edges[-1] - edges[0])  # noqa: E731
    parts = [text(left, 15, title)]
    for a, b, inside, outside in zip(edges, edges[1:], block["members"], block["others"]):
        for share, css in ((inside, "members"), (outside, "others")):
            tall = (height - top - bottom) * share / most
            parts.append(rect(x(a), height - bottom - tall, x(b) - x(a), tall, css))
    parts.append(line(left, height - bottom, width - left, height - bottom, "axis"))
    parts += [
        text(left, height - 7, number(edges[0], 1), "tick"),
        text(width - left, height - 7, number(edges[-1], 1), "tick", "end"),
    ]
    return svg(width, height, f"Histogram of members and others, {title}", parts)
