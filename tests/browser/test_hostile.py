"""Texts from the data that are code, formulas, reversed or endless: text on the page, wherever it shows them."""

import pytest

from tests.browser.held import Held
from tests.browser.runs import HOSTILE
from tests.report.reading import SOURCES
from tests.report.test_hostile import HOSTILE as MORE

MOST = 400
"""Characters of one text that an element shows, its title included."""


@pytest.fixture
def held(opened, run_of):
    """The hostile report; whatever ran, asked or spoke up fails the test when it is closed."""
    return Held(opened("hostile").page, run_of("hostile"))


def test_nothing_of_it_becomes_an_element(held):
    """The only addresses are those of laws and taxonomies, which the report's own words name."""
    page = held.page
    shape = """() => { const count = {}; for (const e of document.querySelectorAll('*')) {
      count[e.tagName] = (count[e.tagName] || 0) + 1;
      for (const a of e.attributes) if (/^on/i.test(a.name) || (/^(src|href|action)$/i.test(a.name) && !/^(#|data:)/.test(a.value))) count['! ' + a.name + '=' + a.value.slice(0, 60)] = 1;
    } return count; }"""  # noqa: E501
    found = page.evaluate(shape)
    assert {name for name in found if name.startswith("!")} <= {f"! href={link[:60]}" for link in SOURCES}
    assert found["SCRIPT"] == 3 and not {"IMG", "IFRAME", "OBJECT", "EMBED"} & set(found), "data, library, own"
    assert "49" not in page.locator("h1, .facts, .card h3").all_inner_texts()
    assert held.payload["rows"] == 200, "the data stand whole in their element"
    assert held.records.record.tolist()[: len(HOSTILE)] == held.payload["ids"][: len(HOSTILE)] == HOSTILE


def test_names_of_classes_change_no_object_of_the_page(held):
    """A class is called `__proto__`; a library that keeps texts in a plain object would give all objects more."""
    held.page.wait_for_timeout(300)
    assert held.page.evaluate("() => { const all = []; for (const name in {}) all.push(name); return all; }") == []
    assert "__proto__" in held.payload["labels"]


def test_table_search_and_drawer_show_it_as_text(held):
    page = held.page
    longest = "() => Math.max(...[...document.querySelectorAll('bdi')].map(e => Math.max(e.textContent.length, (e.title || '').length)))"  # noqa: E501
    assert page.evaluate(longest) <= MOST
    for text in HOSTILE:
        page.locator("#search").fill(text)
        page.wait_for_timeout(20)
        row = HOSTILE.index(text)
        assert row in held.shown(), text[:30]
        held.opener(row).click()
        title = page.locator("#record-title bdi").inner_text()
        assert not set(title) & set("\u202e\u2066\u2028\u2029"), "nothing turns the order of its neighbours"
        assert len(title) <= 61
        start = text[:20].replace("\u2028", " ").replace("\u202e", "\ufffd").replace("\t", " ").strip().split("  ")[0]
        assert title.startswith(start[:6]), ascii(title)
        assert page.evaluate(longest) <= MOST
        assert page.locator("#record-body").inner_text()
        page.locator("#record-close").click()
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        page.locator("#search").fill("")
        page.wait_for_timeout(20)
        wide = page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert wide, "endless texts do not widen the page"
        held.opener(held.shown()[0]).click()
        box = page.locator("#record-dialog").bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width
        page.keyboard.press("Escape")


def test_choices_and_tooltips_show_it_as_text(held):
    page, table = held.page, held.records
    for option in page.locator("#filter-class option").all()[1:]:
        page.locator("#filter-class").select_option(option.get_attribute("value"))
        labels = table.label[held.shown()].unique()
        assert len(labels) == 1, "names of classes are told apart, however they look"
        assert held.page.locator("#records-table tbody tr td bdi").first.inner_text()[:4] == labels[0][:4]
    held.clear()
    if held.payload["map"]:
        for point in range(0, len(held.panels[0]["row"]), 25):
            page.mouse.move(*held.screen(0)[point].tolist())
        assert page.locator(".tip bdi").count() > 0 and page.locator(".tip script, .tip b b, .tip img").count() == 0


@pytest.mark.parametrize("text", MORE, ids=lambda t: ascii(t[:12]))
def test_the_text_of_a_script_element_cannot_be_ended(text):
    import json

    from standout.report.scripts import as_json

    written = str(as_json({"a": [text], text: 1}))
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == {"a": [text], text: 1}
