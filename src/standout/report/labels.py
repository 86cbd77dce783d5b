"""Where the names of points go in a drawing, so that they do not hide each other."""

from collections.abc import Sequence

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def labels(places: Sequence[tuple[float, float]], texts: Sequence[str], area: Box) -> list[tuple[float, float, str]]:
    """Where each text goes, (x, y, anchor): the first place beside its point that is free, else the least crowded.

    area: left, top, right, bottom of the drawing. Letters are taken as 6.6 units wide.
    """
    taken = [(px - 7, py - 7, px + 7, py + 7) for px, py in places]
    out = []
    for own, ((px, py), text) in enumerate(zip(places, texts)):
        wide = 6.6 * len(text)
        best: tuple[float, tuple[float, float, str], Box] | None = None
        for away in (10, 18, 28):
            for dx, dy in ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1)):
                anchor = ("end", "middle", "start")[dx + 1]
                tx, ty = px + away * dx * (0.8 if dy else 1), py + 4 + away * dy * (1 if dx else 1.2)
                start = tx - wide * (1 - dx) / 2
                box = (start, ty - 10, start + wide, ty + 3)
                crowded = sum(overlap(box, other) for i, other in enumerate(taken) if i != own)
                crowded += 4 * (outside(box, area)) + 0.01 * away
                if best is None or crowded < best[0] - 1e-9:
                    best = (crowded, (tx, ty, anchor), box)
        assert best is not None
        taken.append(best[2])
        out.append(best[1])
    return out


def overlap(a: Box, b: Box) -> float:
    """Area that two boxes (left, top, right, bottom) have in common."""
    return max(min(a[2], b[2]) - max(a[0], b[0]), 0) * max(min(a[3], b[3]) - max(a[1], b[1]), 0)


def outside(box: Box, area: Box) -> float:
    """Area of a box that lies outside of another."""
    return (box[2] - box[0]) * (box[3] - box[1]) - overlap(box, area)
