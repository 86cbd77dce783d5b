"""Pictures in the docs say what the code and the pages say."""

import importlib.util
import re
import xml.etree.ElementTree as ElementTree

import pytest

from tests.docs.reading import ROOT

IMAGES = ROOT / "docs" / "images"
DRAWN = sorted(IMAGES.glob("*.svg"))


@pytest.fixture(scope="module")
def draw():
    spec = importlib.util.spec_from_file_location("draw", IMAGES / "draw.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_pictures_are_those_that_the_code_draws(draw, tmp_path, monkeypatch):
    monkeypatch.setattr(draw, "HERE", tmp_path)
    draw.main()
    assert [p.name for p in sorted(tmp_path.iterdir())] == [p.name for p in DRAWN]
    for drawn in DRAWN:
        assert (tmp_path / drawn.name).read_text() == drawn.read_text(), f"{drawn.name}: run python docs/images/draw.py"


def test_measured_figures_stand_in_the_page_that_measured_them(draw):
    page = (ROOT / "docs" / "defences.md").read_text()
    page = page[page.index("## On digits") :]
    rows = {row.split("|")[1].strip().strip("`"): row for row in re.findall(r"^\|.*\|$", page, re.MULTILINE)[::-1]}
    for key, (_, share, newly) in draw.MEASURED.items():
        assert f"| {share:.1f} |" in rows[key] and (not newly or f"| {newly} (" in rows[key]), rows[key]
    static, adaptive = rows["logit-reweighting`, inverted"].split("|")[-3:-1]
    nothing, ignorant, knowing = draw.REWEIGHTED.values()
    assert (f".{ignorant * 1000:.0f}", f".{knowing * 1000:.0f}") == (static.strip(), adaptive.strip())
    assert rows["none"].split("|")[-2].strip() == f".{nothing * 1000:.0f}"


@pytest.mark.parametrize("path", DRAWN, ids=lambda p: p.name)
def test_a_picture_is_told_in_words_and_loads_nothing(path):
    root = ElementTree.parse(path).getroot()
    assert root.get("role") == "img" and len(root.get("aria-label") or "") > 40
    assert "http" not in path.read_text().replace("http://www.w3.org/2000/svg", "")


def test_colours_in_the_page_are_those_of_the_files(draw):
    css = (ROOT / "docs" / "_static" / "standout.css").read_text()
    for colours in (draw.LIGHT, draw.DARK):
        assert "; ".join(f"--{name}: {value}" for name, value in colours.items()) in css


def test_pictures_of_reports_are_small():
    shown = sorted((ROOT / "docs" / "gallery").glob("*.webp"))
    assert shown and all(p.stat().st_size <= 60_000 for p in shown)
