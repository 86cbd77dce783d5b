"""Values from data that would like to be more than text."""

import re

import pytest

from standout.report import scripts
from tests.report.conftest import picture
from tests.report.reading import SOURCES, read, scripts_of, spoken, without_scripts

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    'O\'Neil & "sons" <b>',
    "</style></title><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    '=HYPERLINK("http://example.org/","x")',
    "שלום עולם",
    "مرحبا",
    "👩‍👩‍👧‍👦 🏳️‍🌈",
    "invoice\u202efdp.exe",
    "two\nlines\tand\x00controls\x7f",
    "x" * 10_000,
    "<" * 10_000,
    "Z̸̧͇̼a̴͉̋l̷͔̓g̵̱͝o" * 50,
    " ",
    "javascript:alert(1)",
]


@pytest.fixture
def hostile_page(page):
    """A page in which ids, labels, cells, names, warnings, reasons are all hostile."""

    def make(text: str) -> str:
        ids = [text, *[f"r{i}" for i in range(39)]]
        attack = {"auc": 0.6, "auc_ci": [0.5, 0.7], "tpr_at_fpr": {}, "precision_at_prior": {}}
        summary = {
            "dataset": {"name": text, "kind": text}, "model": {"name": text}, "warnings": [text],
            "attacks": {text: attack}, "characteristics": {text: {"auroc": 0.9, "ci": [0.8, 1.0], "spearman": 0.1}},
            "exposed": {"attack": text}, "causes": {text: 2}, "key": text, "standout": text,
        }  # fmt: skip
        curve = {"fpr": [0.0, 1.0], "tpr": [0.0, 1.0], "non_members": 1280}
        figures = {
            "roc": {text: curve},
            "exposed": [{"record": text, "cells": [[text, text]] * 6}],
            "typical": {text: {"cells": [[text, text]]}},
        }
        config = {
            "model": {"name": "mlp", "settings": {text: text}}, "dataset": {"name": text},
            "asked": {"attacks": [text], "seed": 0}, "parts": {"libraries": {text: text}},
        }  # fmt: skip
        return page(ids=ids, label=text, summary=summary, figures=figures, config=config)

    return make


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: ascii(t[:12]))
def test_hostile_values_stay_text(hostile_page, text):
    html = hostile_page(text)
    root = read(html)
    assert scripts_of(html) == [scripts.library(), scripts.own()] and not root.all("b", "data")
    assert {e.attributes.get("class") for e in root.all("svg")} <= {
        None,
        "crowd",
        "scale",
        "chart wide",
        "chart narrow",
    }
    for element in root.all():
        assert not any(name.startswith("on") for name in element.attributes)
        assert len(element.attributes.get("title", "")) <= 300
        for name in ("src", "href"):
            value = element.attributes.get(name, "#")
            assert value.startswith(("#", "data:")) or value in SOURCES
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x7f]", html)
    assert len(without_scripts(html)) < 400_000


def test_hostile_values_can_be_read(hostile_page):
    card = read(hostile_page(HOSTILE[0])).all("li", "card")[0]
    assert card.all("h3")[0].text == "Record <script>alert(1)</script>"
    assert "49" not in spoken(read(hostile_page("{{ 7 * 7 }}")).all("h3")[0])


def test_long_values_are_cut(hostile_page):
    heading = read(hostile_page("x" * 10_000)).all("li", "card")[0].all("h3")[0]
    assert len(heading.text) < 80 and heading.text.endswith("…")
    assert heading.all("bdi")[0].attributes["title"].startswith("x" * 200)


@pytest.mark.parametrize(
    "source",
    ["http://example.org/a.png", "file:///etc/passwd", "javascript:alert(1)", 'data:image/png;base64,AA" onerror="x',
     "data:image/svg+xml;base64,AAAA", "data:text/html;base64,AAAA", 7, None],
)  # fmt: skip
def test_only_pictures_in_the_page_itself_are_shown(page, source):
    figures = {"exposed": [{"record": "r0", "image": source}], "typical": {"a": {"image": source}}}
    assert not read(page(figures=figures)).all("img")
    assert read(page(figures={"exposed": [{"record": "r0", "image": picture(1)}]})).all("img")


def test_the_command_can_be_pasted(page):
    import shlex

    settings = {"a": "$(rm -rf ~); `x` 'y'\n&& z"}
    asked = {"source": ["a b.csv", "--label", "$(x)"], "model": "mlp", "seed": 3}
    config = {"model": {"name": "mlp", "settings": settings}, "asked": asked}
    shown = read(page(config=config)).all("pre")[0].text
    words = shlex.split(shown.replace("\\", ""))
    assert words[:5] == ["standout", "audit", "a b.csv", "--label", "$(x)"] and "--seed" in words
    assert "a=$(rm -rf ~); `x` 'y' && z" in words
