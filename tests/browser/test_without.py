"""Without a mouse, without JavaScript, on paper."""

import re

import pytest

from tests.browser.runs import KINDS

A4 = {"width": 688, "height": 1009}
"""Printable part of a page in CSS pixels: 182 by 267 mm."""


@pytest.mark.parametrize("kind", ["digits", "people"])
def test_the_keyboard_reaches_everything(opened, kind):
    seen = opened(kind)
    page = seen.page
    page.keyboard.press("Tab")
    assert seen.focused() == "a#verdict" and page.locator("a.skip").bounding_box()["x"] >= 0, (
        "the skip link comes first"
    )
    page.keyboard.press("Enter")
    assert page.url.endswith("#verdict")
    page.keyboard.press("Tab")
    inside = page.evaluate("() => document.querySelector('main').contains(document.activeElement)")
    assert inside, "after the skip link comes what it skipped to"
    visited, lost = page.evaluate(REACHABLE), []
    assert len(visited) > 20
    for place in visited[:: max(1, len(visited) // 40)]:
        if not page.evaluate(OUTLINED, place):
            lost.append(place)
    assert not lost, "what has the focus shows it"


REACHABLE = """() => { window.places = [...document.querySelectorAll(
  'a[href], button, input, select, textarea, summary, [tabindex="0"]')].filter(e => !e.disabled && e.checkVisibility());
  return window.places.map((e, i) => i); }"""
OUTLINED = """i => { const e = window.places[i]; e.focus({focusVisible: true});
  const s = getComputedStyle(e); return document.activeElement === e &&
    ((s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1) || s.boxShadow !== 'none'); }"""


@pytest.mark.parametrize("kind", KINDS)
def test_headline_and_tables_need_no_javascript(opened, shots, kind):
    page = opened(kind, scripts=False).page
    assert page.locator("h1").is_visible() and page.locator("blockquote").is_visible()
    assert not page.locator(".only-live").first.is_visible()
    seen = page.evaluate(
        """() => [...document.querySelectorAll('table')].filter(t => !t.closest('.only-live, details:not([open])'))
          .map(t => t.checkVisibility())"""
    )
    assert len(seen) >= 3 and all(seen), "every table that is not folded is there"
    for control in page.locator("button, input, select, canvas, [role=button]").all():
        assert not control.is_visible(), "what needs JavaScript is not shown without"
    page.screenshot(path=shots / f"{kind} without javascript.png")


@pytest.mark.parametrize("kind", ["digits", "people", "hostile", "redacted"])
def test_on_paper(opened, shots, kind):
    page = opened(kind, size=A4).page
    pdf = page.pdf(path=shots / f"{kind}.pdf", prefer_css_page_size=True, print_background=False)
    pages = len(re.findall(rb"/Type /Page\b", pdf))
    assert 3 <= pages <= 40, pages
    page.emulate_media(media="print", color_scheme="dark")
    first = [page.locator(s).first for s in ("h1", ".lead", ".tiles", "blockquote p >> nth=0")]
    for part in first:
        box = part.bounding_box()
        assert box and box["y"] >= 0 and box["y"] + box["height"] <= A4["height"], "the verdict is on the first page"
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for part in page.locator("nav, .skip, input, select, dialog, #explore, .buttons, .live-maps").all():
        assert not part.is_visible(), "nothing to click on paper"
    inside = page.locator("details:not(.only-live) table").all()
    assert all(t.bounding_box() for t in inside), "what is folded on the screen is open on paper"
    wide = page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert wide, "nothing is cut off at the right"
    page.screenshot(path=shots / f"{kind} print.png", full_page=True)
