"""Maps of pictures in the report: shown where they are whole, never able to act, left out where anything is amiss."""

import pytest

from tests.report.conftest import drawn, picture
from tests.report.reading import read, spoken, without_scripts

MORE = {"apart": 0.031, "ci": [-0.02, 0.082], "excess": -0.004, "excess_ci": [-0.05, 0.042]}
GRADCAM = {
    "places": [8, 8],
    "drawn": 4,
    "exposed": {"records": 4, "apart": 0.437, "alike": 0.386, "excess": 0.051, "ci": [0.01, 0.094]},
    "typical": {"records": 4, "apart": 0.406, "alike": 0.35, "excess": 0.056, "ci": [0.02, 0.092]},
    "more": MORE,
}


def maps(shade=10, **other):
    return {
        "inside": picture(shade), "outside": picture(shade + 1), "sure": [0.981, 0.034], "apart": 0.612,
        "alike": 0.318, **other,
    }  # fmt: skip


def with_maps(ids, of=None, label="a", gradcam=GRADCAM):
    """figures.json of the page fixture with maps of the first record and of the typical one."""
    found = drawn(ids, label)
    found["exposed"][0]["maps"] = maps() if of is None else of
    found["typical"][label]["maps"] = maps(60, alike=None)
    return {**found, **({} if gradcam is None else {"gradcam": gradcam})}


IDS = ["r0", "r1", "r2", "r3"]


def test_both_maps_and_the_figures(page):
    root = read(page(figures=with_maps(IDS)))
    tables = [t for t in root.all("table") if "looks" in t.attributes.get("class", "")]
    first = tables[0]
    sources = [i.attributes["src"] for i in first.all("img")]
    assert sources == [picture(10), picture(11), picture(60), picture(61)]
    said = first.text
    assert "differ by 0.61; two alike by 0.32" in said and "98% sure" in said and "3.4% sure" in said
    assert all(i.attributes["alt"] for i in first.all("img"))
    assert len(tables) == 1, "records without maps show none"
    intro = " ".join(root.text.split())
    assert "differ by 0.44 on average over 4 exposed records (two alike: 0.39)" in intro
    assert "0.41 over 4 typical ones of the same classes (0.35)" in intro
    assert "0.03 more [95% interval over records −0.02 to 0.08]; beyond what two alike differ by, 0.00 more" in intro


@pytest.mark.parametrize(
    "amiss",
    [{"inside": "https://example.org/a.png"}, {"outside": "javascript:alert(1)"}, {"inside": None}, {"sure": [1.0]},
     {"sure": ["<b>", 0.5]}, {"sure": None}, {"apart": None}, {"apart": "<script>alert(1)</script>"}],
)  # fmt: skip
def test_maps_that_are_not_whole_are_left_out(page, amiss):
    html = page(figures=with_maps(IDS, maps(**amiss)))
    assert not [t for t in read(html).all("table") if "looks" in t.attributes.get("class", "")]
    assert not any(word in without_scripts(html) for word in ("example.org", "<script", "alert(1)"))


@pytest.mark.parametrize("block", [None, 3, {}, {**GRADCAM, "places": None}, {**GRADCAM, "exposed": {}}])
def test_figures_that_are_not_whole_are_left_out(page, block):
    assert "Grad-CAM on the" not in page(figures=with_maps(IDS, gradcam=block))


def test_unknown_figures_are_not_said(page):
    empty = {"records": 0, "apart": None, "alike": None, "excess": None, "ci": None}
    nothing = {**GRADCAM, "typical": empty, "more": {"apart": None, "ci": None, "excess": None, "excess_ci": None}}
    said = spoken(read(page(figures=with_maps(IDS, gradcam=nothing))))
    assert "over 4 exposed records" in said and "typical ones of" not in said and "more [" not in said


def test_labels_and_ids_are_escaped(page):
    label, evil = "<b>cat</b>", '"><img src=x onerror=alert(1)>'
    ids = [evil, "r1", "r2", "r3", "r4"]
    root = read(page(ids=ids, exposed=4, label=label, figures=with_maps(ids[:4], label=label)))
    assert label in root.text
    assert all(i.attributes["src"].startswith("data:image/png") and "onerror" not in i.attributes
               for i in root.all("img"))  # fmt: skip
    assert len([t for t in root.all("table") if "looks" in t.attributes.get("class", "")]) == 1


def test_redacted(page):
    config = {"asked": {"redact": True}, "model": {"name": "convnet", "settings": {}}, "dataset": {"name": "d"}}
    html = without_scripts(page(figures=with_maps(IDS), config=config))
    assert "data:image" not in html and "Grad-CAM on the" not in html and "Where nets look" not in html
