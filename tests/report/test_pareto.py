"""The plot of defences: every point where its figures say, names that do not hide each other, and old files."""

import re
from itertools import combinations

import numpy as np
import pytest

from standout.report.figures import NARROW, WIDE
from standout.report.labels import labels, outside, overlap
from standout.report.pareto import cut_at, drawing, pareto_of, points_of, steps_of


def defence(name, accuracy, after, strength=None):
    return {
        "name": name, "strength": strength, "test_accuracy": accuracy,
        "test_accuracy_ci": [accuracy - 0.004, accuracy + 0.004],
        "exposed_before": {"exposure": 0.6, "exposure_ci": [0.55, 0.65], "exposure_after": after,
                           "exposure_after_ci": [max(after - 0.03, 0), after + 0.03]},
    }  # fmt: skip


FOUND = {
    "baseline": {"test_accuracy": 0.9, "test_accuracy_ci": [0.896, 0.904]},
    "defences": {
        "remove": defence("remove", 0.9, 0.01),
        "loss-floor:0.5": defence("loss-floor", 0.899, 0.05, 0.5),
        "loss-floor:0.25": defence("loss-floor", 0.9, 0.2, 0.25),
        "loss-floor:1": defence("loss-floor", 0.89, 0.02, 1.0),
        "dp-sgd:8": defence("dp-sgd", 0.85, 0.2, 8.0),
        "dp-sgd:1": defence("dp-sgd", 0.6, 0.01, 1.0),
        "a<b>&": defence("a<b>&", 0.9, 0.4),
    },
}


def middles(svg: str) -> dict[str, tuple[float, float]]:
    """Where each mark lies, by the name that its title begins with: the middle of its outline."""
    found = {}
    for path, title in re.findall(r'<path d="M([^"]+)Z" class="point [^"]+"><title>(.*?):? test acc', svg):
        corners = np.array([[float(v) for v in c.split(" ")] for c in path.split("L")])
        found[title.removesuffix(":")] = tuple((corners.min(axis=0) + corners.max(axis=0)) / 2)
    ((x, y),) = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', svg)
    return found | {"none": (float(x), float(y))}


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_points_lie_where_their_figures_say(width):
    svg = str(drawing(points_of(FOUND), width))
    at = middles(svg)
    near = {"none": (0.9, 0.6)} | {
        n: (d["test_accuracy"], d["exposed_before"]["exposure_after"])
        for n, d in FOUND["defences"].items()
        if d["test_accuracy"] > 0.8 and n.isascii() and "<" not in n
    }
    names = list(near)
    for axis in (0, 1):  # one straight line takes all figures to their places
        figures, places = [near[n][axis] for n in names], [at[n][axis] for n in names]
        slope, start = np.polyfit(figures, places, 1)
        assert np.allclose(np.polyval([slope, start], figures), places, atol=1.5)
        assert slope > 0 if axis == 0 else slope < 0  # more accurate to the right, less exposed below
    assert at["dp-sgd:1"][0] == pytest.approx(min(x for x, _ in at.values()))  # far away: at the edge
    assert "a&lt;b&gt;&amp;" in svg and "<b>" not in svg


def test_strengths_are_joined_in_their_order_and_dp_sgd_is_the_baseline():
    svg = str(drawing(points_of(FOUND), WIDE))
    joined = re.findall(r'<line x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="([\d.]+)" class="curve joined', svg)
    at = middles(svg)
    want = [("loss-floor:0.25", "loss-floor:0.5"), ("loss-floor:0.5", "loss-floor:1")]
    for line, (one, two) in zip(joined, want, strict=True):
        assert [float(v) for v in line] == pytest.approx([*at[one], *at[two]], abs=1.5)
    assert svg.count('class="curve baseline"') == 1


def test_a_line_is_cut_where_it_leaves_the_drawing():
    near, far = points_of(FOUND)[5:7]
    (x0, y0), (x1, y1) = cut_at(far, near, 0.8)
    assert (x1, y1) == (0.85, 0.2)
    assert x0 == 0.8 and y0 == pytest.approx(0.01 + 0.19 * 0.2 / 0.25)


def test_names_find_free_places():
    rng = np.random.default_rng(0)
    places = [tuple(p) for p in rng.uniform([80, 40], [560, 360], (10, 2))]
    texts = [f"defence-{i}" for i in range(10)]
    area = (62, 16, 622, 370)
    boxes = []
    for (x, y, anchor), text in zip(labels(places, texts, area), texts):
        start = x - 6.6 * len(text) * {"start": 0, "middle": 0.5, "end": 1}[anchor]
        boxes.append((start, y - 10, start + 6.6 * len(text), y + 3))
    assert all(overlap(a, b) == 0 for a, b in combinations(boxes, 2))
    assert all(outside(b, area) == 0 for b in boxes)


def test_ticks_are_round_and_few():
    for low, high in ((0.601, 0.999), (0.9701, 0.9713), (0, 0.66), (0.3, 0.302)):
        ticks = steps_of(low, high, 6)
        assert 2 <= len(ticks) <= 6 and all(low - 1e-9 <= t <= high + 1e-9 for t in ticks)
        assert np.allclose(np.diff(ticks), np.diff(ticks)[0])


def test_what_cannot_be_drawn_is_left_out():
    assert pareto_of(None) is None
    none = defence("a", 0.9, 0.1)
    none["exposed_before"] = dict.fromkeys(none["exposed_before"])
    assert pareto_of({"baseline": FOUND["baseline"], "defences": {"a": none}}) is None
    old = {"name": "a", "test_accuracy": 0.9, "exposed_before": {"exposure": 0.6, "exposure_after": 0.1}}
    found = pareto_of({"baseline": {"test_accuracy": 0.9}, "defences": {"a": old}})
    assert found is not None and "bars" not in found.drawing
    whole = pareto_of(FOUND)
    assert whole is not None and [p.name for p in whole.far] == ["dp-sgd:1"] and whole.numbers["loss-floor:1"] == 4
