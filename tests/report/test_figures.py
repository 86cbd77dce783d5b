"""The drawings."""

import re

import numpy as np
import pytest

from standout.report import figures, svg
from standout.report.build import TEMPLATES


def curve(fpr, tpr, n=1000):
    return {"fpr": fpr, "tpr": tpr, "non_members": n}


def test_steps_go_across_and_then_up():
    assert 'd="M0 10H5V2"' in svg.steps([(0, 10), (5, 2)], "curve")


@pytest.mark.parametrize("width", [figures.WIDE, figures.NARROW])
@pytest.mark.parametrize(
    "fpr, tpr",
    [([0.0], [0.0]), ([0.0, 0.0, 1.0], [0.0, 1.0, 1.0]), ([0.0, 1.0], [0.0, 1.0]), ([0, 1e-9, 1], [0, 0, 1])],
)
def test_any_roc_can_be_drawn_inside_its_frame(width, fpr, tpr):
    drawing = figures.roc({"a": curve(fpr, tpr)}, {"a": "s0"}, 0.01, width)
    height = float(re.findall(r'viewBox="0 0 \d+ (\d+)"', drawing)[0])
    assert "nan" not in drawing and "inf" not in drawing
    for x in re.findall(r"[MH](\d+\.?\d*)", drawing):
        assert 0 <= float(x) <= width
    for y in re.findall(r"V(\d+\.?\d*)", drawing):
        assert 0 <= float(y) <= height


def test_what_the_data_do_not_support():
    assert figures.supported_from({"a": curve([0], [0], 57504)}, 1797) == pytest.approx(1 / 1797)
    assert figures.supported_from({"a": curve([0], [0], 1000)}, 1000) == pytest.approx(0.01)
    assert figures.supported_from({"a": curve([0], [0], 4)}, 2) == 1.0
    assert 'class="veil"' in figures.roc({"a": curve([0, 1], [0, 1])}, {"a": "s0"}, 0.02, figures.WIDE)


def test_bins_hold_every_record_once():
    exposure = np.array([0.0, 0.05, 0.1, 0.999, 1.0, np.nan])
    exposed = np.array([False, False, True, True, True, False])
    counts = figures.bins(exposure, exposed)
    assert sum(o for *_, o, _ in counts) == 2 and sum(f for *_, f in counts) == 3
    assert counts[-1][3] == 2


@pytest.mark.parametrize("others, found", [(0, 0), (1, 0), (1_000_000, 1), (0, 1)])
def test_histograms_show_single_records(others, found):
    drawing = figures.histogram([(0, 0.5, others, found), (0.5, 1, 0, 0)], 0.1, figures.WIDE)
    heights = [float(h) for h in re.findall(r'height="([\d.]+)" class="bar', drawing)]
    assert len(heights) == (others > 0) + (found > 0) and all(h >= 5 for h in heights)


def test_the_crowd_marks_each_record():
    drawing = figures.crowd(np.arange(100) < 7)
    assert drawing is not None
    other, found = re.findall(r'd="([^"]*)" class="(?:other|found)"', drawing)
    assert other.count("h0") == 93 and found.count("h0") == 7
    assert figures.crowd(np.zeros(figures.CROWD + 1, dtype=bool)) is None
    assert figures.crowd(np.zeros(0, dtype=bool)) is None


def test_scales_stay_within():
    drawing = figures.scale(1.2, -0.1, 7.0, 0.1)
    assert all(0 <= float(x) <= 100 for x in re.findall(r'x\d?="([\d.-]+)%"', drawing))
    assert "circle" not in figures.scale(None, None, None, None)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_colours_keep_wcag_aa():
    style = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in ("report.css", "print.css"))
    schemes = [dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in re.findall(r":root \{([^}]*)\}", style)]
    assert len(schemes) == 3
    for colours in schemes:
        for paper in ("page", "soft"):
            for ink in ("ink", "muted", "found", "link"):
                assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
        assert contrast(colours["found"], colours["found-soft"]) >= 4.5
        assert contrast(colours["muted"], colours["found-soft"]) >= 4.5
        for line in ("c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "bar", "other"):
            assert contrast(colours[line], colours["page"]) >= 3, line
