"""Every kind of report, opened: silent, asks nobody, no fault that axe finds grave, readable at every width."""

import re

import pytest

from tests.browser.opened import CONTRAST, NO_CONTRAST, PHONE
from tests.browser.runs import KINDS
from tests.report.reading import SOURCES

WIDTHS = (360, 390, 768, 1280, 1920)


DIFFERENT = ("digits", "people", "hostile", "defended")
"""Kinds that have every part of a page between them: the others are looked at in light alone."""


@pytest.mark.parametrize("kind", KINDS)
def test_opens_without_a_fault(opened, shots, kind):
    seen = opened(kind)
    page = seen.page
    assert page.locator("h1").count() == 1 and page.locator("h1").is_visible()
    assert page.evaluate("() => document.fonts.size") == 0, "no font is fetched"
    assert not seen.axe(), "light"
    page.screenshot(path=shots / f"{kind} light.png", full_page=True)
    over = {width: found for width in WIDTHS if (found := seen.overflow(width))}
    assert not over


@pytest.mark.parametrize("kind", DIFFERENT)
def test_dark_and_on_a_phone(opened, shots, kind):
    seen = opened(kind, dark=True)
    page = seen.page
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert not seen.axe(CONTRAST), "dark"
    page.screenshot(path=shots / f"{kind} dark.png", full_page=True)
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="light")
    assert not seen.axe(NO_CONTRAST), "phone"
    page.screenshot(path=shots / f"{kind} phone.png", full_page=True)


@pytest.mark.parametrize("kind", KINDS)
def test_every_link_leads_somewhere_in_the_page(opened, kind):
    page = opened(kind).page
    links = page.evaluate(
        "() => [...document.querySelectorAll('[href]')].map(e => [e.tagName, e.getAttribute('href')])"
    )
    anchors = [href for tag, href in links if tag == "A" and href not in SOURCES]
    assert anchors and all(h.startswith("#") and len(h) > 1 for h in anchors)
    assert all(h == "data:," for tag, h in links if tag != "A")
    ids = page.evaluate("() => [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids)), "an id stands twice"
    assert {h[1:] for h in anchors} <= set(ids)


@pytest.mark.parametrize("kind", DIFFERENT)
def test_the_policy_lets_nothing_in(opened, kind):
    seen = opened(kind)
    page = seen.page
    policy = page.locator('meta[http-equiv="Content-Security-Policy"]').get_attribute("content") or ""
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";") if rule.strip()}
    assert rules["default-src"] == ["'none'"]
    scripts = rules.get("script-src", [])
    assert not any(re.search("unsafe|http|data:|blob:|\\*", word) for word in scripts), "scripts by their hash alone"
    for source in ("connect-src", "form-action", "base-uri", "object-src", "frame-src"):
        assert rules.get(source, ["'none'"]) == ["'none'"]
    forced = page.evaluate(
        """() => { const s = document.createElement('script'); s.textContent = 'window.forced = 1';
          const d = document.createElement('div'); d.setAttribute('onclick', 'window.forced = 2');
          document.body.append(s, d); d.click(); return window.forced; }"""
    )
    assert forced is None, "a script that was put in must not run"
    assert len(seen.forget("Content Security Policy")) == 2
