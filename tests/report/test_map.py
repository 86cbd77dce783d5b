"""The map and the ends of classes on the page."""

import numpy as np
import pytest

from tests.report.conftest import drawn, picture
from tests.report.reading import Element, read, spoken, without_scripts


def map_block(labels, model: int | None = 0):
    """Two panels of 30 records, two of them exposed, the last class without a colour."""
    rng = np.random.default_rng(0)
    panel = {
        "records": 50, "exposed": 2, "x": rng.random(30).round(3).tolist(), "y": rng.random(30).round(3).tolist(),
        "class": [*(np.arange(29) % len(labels)).tolist(), -1], "marked": [3, 29],
    }  # fmt: skip
    models = [None] if model is None else [model, model + 1]
    return {"labels": labels, "panels": [{"model": m, **panel} for m in models]}


def end(record, content, exposed=True):
    return {"record": record, "exposed": exposed, "exposure": 0.43, **content}


def figures(label="a", model: int | None = 0, cells=False):
    content = [{"cells": [["age", "7"]]}, {"cells": [["age", "93"]]}] if cells else [{"image": picture(1)}] * 2
    ends = {
        "by": "feature_centroid_distance",
        "classes": [{
            "label": label, "records": 20, "exposed": 4, "closest": [end("r9", content[0], exposed=False)],
            "farthest": [end("r0", content[1])],
        }],
    }  # fmt: skip
    return {**drawn(["r0"], label), "map": map_block([label, "b"], model), "ends": ends}


def where(html) -> Element:
    """The section of the page."""
    return next(s for s in read(html).all("section") if s.attributes["id"] == "where")


def test_panels_say_what_they_show(page):
    html = page(figures=figures())
    section = where(html)
    assert 'href="#where"' in html
    charts = section.all("svg", "map")
    assert len(charts) == 2 and all(len(c.all("circle")) == 2 for c in charts)
    assert sum(p.attributes["d"].count("M") for p in charts[0].all("path", "dots")) == 28
    assert "30 records that model 0 never saw, 2 of them exposed" in charts[0].attributes["aria-label"]
    assert "Model 1: records that it never saw; 30 of 50 shown, 2 of 2 exposed" in section.text
    assert [t.text for t in charts[0].all("text")] == ["a", "b"], "classes are named where they lie"
    assert "other classes" in section.all("ul", "key")[0].text
    titles = [str(t.children[0]) for t in charts[0].all("title")]
    assert titles == ["exposed, labelled b", "exposed, of another class"]
    rows = [[c.text for c in r.children if not isinstance(c, str)] for r in section.all("tbody")[0].all("tr")]
    assert rows[:3] == [["0", "a", "15", "0"], ["0", "b", "14", "1"], ["0", "other classes", "1", "1"]]


def test_raw_features_are_called_so(page):
    section = where(page(figures=figures(model=None)))
    assert len(section.all("svg", "map")) == 1
    assert "keeps no features of a net" in section.text and "Raw features; 30 of 50 shown" in section.text
    assert "never saw, 2" not in spoken(section) and "twins" not in section.text


def test_ends_as_pictures_and_as_a_table(page):
    section = where(page(figures=figures()))
    assert [i.attributes["alt"] for i in section.all("img")] == ["Record r9, labelled a", "Record r0, labelled a"]
    items = section.all("article")[0].all("li")
    assert [i.text.split()[0] for i in items] == ["r9", "r0"]
    assert "not reported" in items[0].text and "exposed 43%" in items[1].text
    rows = [r.text for r in where(page(figures=figures(cells=True))).all("article")[0].all("tr")]
    assert rows[1:] == ["recordr9r0", "exposurenot reported43%, exposed", "age793"]


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "x" * 5000, "a\u202eb"]
)
@pytest.mark.parametrize("cells", [False, True])
def test_hostile_labels_are_escaped(page, text, cells):
    own = figures(text, cells=cells)
    own["map"]["labels"] = [text] * 10
    html = page(figures=own, label=text)
    section = where(html)
    assert not section.all("script") and all(i.attributes["src"].startswith("data:") for i in section.all("img"))
    assert not any(name.startswith("on") for e in section.all() for name in e.attributes)
    assert "\u202e" not in html and len(without_scripts(html)) < 400_000
    if text.startswith("<"):
        assert section.all("ul", "key")[0].text.count(text[:20]) == 10
        assert text in str(section.all("svg", "map")[0].all("title")[0].children)


def test_absent_where_redacted_or_not_stored(page):
    config = {"asked": {"redact": True, "model": "mlp"}}
    html = page(figures=figures("town x"), label="town x", config=config)
    assert 'id="where"' not in html and "town x" not in html and "#where" not in html and "t-SNE" not in html
    assert 'id="where"' not in page()
    alone = {k: v for k, v in figures().items() if k != "map"}
    section = where(page(figures=alone))
    assert section.all("article") and not section.all("svg", "map")
