"""The map and the drawer: hover, press, lasso and box choose exactly the records that they touch."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from tests.browser.held import Held, pictures_at
from tests.browser.opened import still
from tests.browser.runs import pictures


@pytest.fixture
def there(opened, run_of):
    """there(kind) -> its page beside its run."""
    return lambda kind, **how: Held(opened(kind, **how).page, run_of(kind))


def alone(panel: dict[str, np.ndarray]) -> np.ndarray:
    """Points of a panel from the one with most room around it down."""
    at = np.column_stack([panel["x"], panel["y"]]).astype(float)
    away = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    np.fill_diagonal(away, np.inf)
    return np.argsort(-away.min(axis=1))


def tool(page, name: str) -> None:
    page.locator(f"[name=map-tool][value={name}]").check()


@pytest.mark.parametrize("kind", ["digits", "people"])
def test_hover_tells_the_record_and_a_press_opens_it(there, kind):
    held = there(kind)
    page, table = held.page, held.records
    for panel in range(len(held.panels)):
        at = held.screen(panel).tolist()
        for point in alone(held.panels[panel])[:3]:
            row = int(held.panels[panel]["row"][point])
            page.mouse.move(*at[point])
            tip = page.locator(".tip")
            tip.wait_for(state="visible")
            assert tip.locator("bdi").first.inner_text() == table.record[row]
            assert table.label[row] in tip.inner_text()
            if kind == "digits":
                true = np.asarray(pictures().x[row], dtype=float) / 16
                assert np.abs(pictures_at(tip.locator("img"))[0][1] - true).max() < 0.02
            page.mouse.click(*at[point])
            assert page.locator("#record-dialog").get_attribute("data-row") == str(row)
            assert page.locator("#record-title bdi").inner_text() == table.record[row]
            page.keyboard.press("Escape")
            assert not page.locator("#record-dialog").is_visible()
    page.mouse.move(1, 1)
    assert not page.locator(".tip").is_visible()


def gap(values: np.ndarray, share: float) -> float:
    """The middle of the widest gap between values near a quantile: an edge there touches no point."""
    low, high = np.quantile(values, [max(share - 0.12, 0), min(share + 0.12, 1)])
    near = np.unique(values[(values >= low) & (values <= high)])
    widest = int(np.argmax(np.diff(near)))
    return float(near[widest : widest + 2].mean())


def drag(page, corners: list[tuple[float, float]]) -> None:
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=6)
    page.mouse.up()


def test_box_and_lasso_choose_exactly_what_they_enclose(there):
    held = there("digits")
    page = held.page
    held.sort("record")
    tool(page, "box")  # before the look at where points stand: it may scroll
    at = held.screen(0)
    rows = held.panels[0]["row"]
    left, right = (gap(at[:, 0], share) for share in (0.15, 0.85))
    top, bottom = (gap(at[:, 1], share) for share in (0.15, 0.85))
    inside = (at[:, 0] > left) & (at[:, 0] < right) & (at[:, 1] > top) & (at[:, 1] < bottom)
    assert 3 < inside.sum() < len(rows)
    drag(page, [(left, top), (right, bottom)])
    page.locator("#chips [data-clears=chosen]").wait_for()
    assert sorted(held.shown()) == sorted(rows[inside].tolist())
    assert str(int(inside.sum())) in page.locator("#chips").inner_text()
    page.locator("#chips [data-clears=chosen]").click()
    assert len(held.shown()) == len(held.records)

    corners = [(left, top), (right, top), (right, bottom)]  # a triangle above one diagonal
    above = (at[:, 0] - left) * (bottom - top) - (at[:, 1] - top) * (right - left)
    length = np.hypot(right - left, bottom - top)
    tool(page, "lasso")
    at_now = held.screen(0)
    moved = at_now[0] - at[0]
    drag(page, [(x + moved[0], y + moved[1]) for x, y in [*corners, corners[0]]])
    page.locator("#chips [data-clears=chosen]").wait_for()
    chosen = set(held.shown())
    sure, clear = inside & (above > 0), np.abs(above) / length > 4
    assert {int(r) for r in rows[sure & clear]} <= chosen <= {int(r) for r in rows[sure | (inside & ~clear)]}
    assert 2 < len(chosen) < inside.sum()
    page.locator("#filter-class").select_option(index=1)
    label = held.records.label[held.shown()].unique()
    assert len(label) == 1 and set(held.shown()) == {r for r in chosen if held.records.label[r] == label[0]}


def test_colours_follow_the_choice_and_the_theme(there, shots):
    held = there("digits")
    page = held.page
    chart = page.locator("#map .map-chart").first
    chart.scroll_into_view_if_needed()
    seen, keys = {}, {}
    for by in ("class", "exposure", "cause"):
        page.locator(f"[name=map-by][value={by}]").check()
        seen[by], keys[by] = still(chart), page.locator("#map-key").inner_text()
        assert f"coloured by {by}" in (chart.get_attribute("aria-label") or "")
    assert len(set(seen.values())) == 3 and len(set(keys.values())) == 3
    assert all(label in keys["class"] for label in held.records.label.unique())
    causes = held.records.cause[held.records.exposed].unique()
    assert all(cause in keys["cause"] for cause in causes)
    light = still(chart)
    page.emulate_media(color_scheme="dark")
    dark = still(chart)
    assert len(hues(dark) - hues(light)) >= 2, "dots are drawn anew in the colours of the dark page"
    page.locator("#explore").screenshot(path=shots / "digits explore dark.png")
    page.emulate_media(color_scheme="light")
    assert same(still(chart), light)


def pixels(png: bytes) -> np.ndarray:
    """A picture as int (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def hues(png: bytes) -> set[tuple[int, ...]]:
    """Colours that fill a hundredth of a per cent of a picture at least."""
    colours, often = np.unique(pixels(png).reshape(-1, 3), axis=0, return_counts=True)
    return {tuple(c) for c in colours[often >= max(1e-4 * often.sum(), 2)].tolist()}


def same(one: bytes, other: bytes) -> bool:
    """Whether two pictures differ by no more than the rounding of their edges."""
    return float((np.abs(pixels(one) - pixels(other)).max(axis=2) > 8).mean()) < 1e-4


@pytest.mark.parametrize("kind", ["digits", "people", "scored"])
def test_the_drawer_says_what_the_records_table_says(there, shots, kind):
    held = there(kind)
    page, table = held.page, held.records
    body, dialog = page.locator("#record-body"), page.locator("#record-dialog")
    held.sort("label" if kind == "people" else "hits")
    order = held.shown()
    held.opener(order[0]).focus()
    page.keyboard.press("Enter")
    assert page.locator("#record-before").is_disabled()
    for place, row in enumerate(order[:4]):
        true = table.iloc[row]
        assert dialog.get_attribute("data-row") == str(row)
        assert page.locator("#record-title bdi").inner_text() == true.record
        assert page.locator("#record-place").inner_text().startswith(f"{place + 1} of {len(order)} ")
        told = body.inner_text()
        assert page.locator("#record-body .exposure strong").inner_text() == chance(true.exposure)
        assert chance(true.exposure_lo) in told and chance(true.exposure_hi) in told
        assert f"{true.hits} of {true.trials}" in told and f"{true.false_hits} of {true.false_trials}" in told
        assert ("not reported as exposed" in told) == (not true.exposed)
        if true.exposed:
            assert true.cause in told and true.action.lower() in told.lower()
            assert re.sub(r"\s+", " ", true.reason)[:60] in re.sub(r"\s+", " ", told)
        if place == 0:
            page.screenshot(path=shots / f"{kind} record.png")
        page.keyboard.press("ArrowRight") if place % 2 else page.locator("#record-after").click()
    page.keyboard.press("ArrowLeft")
    assert dialog.get_attribute("data-row") == str(order[3])
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    focus = page.evaluate("() => document.activeElement.closest('tr')?.dataset.row")
    assert focus == str(order[0]), "the focus returns to where it was"
    held.opener(order[-1] if len(order) <= 50 else order[49]).click()
    near = page.locator("#record-body .near button")
    if kind != "scored":
        nearest = int(near.first.get_attribute("data-row") or -1)
        near.first.click()
        assert dialog.get_attribute("data-row") == str(nearest)
    page.locator("#record-close").click()
    assert not dialog.is_visible()


def chance(value: float) -> str:
    """An exposure in the page's words."""
    from standout.report.words import chance as told

    return str(told(float(np.float32(value)))).replace("\u00a0", " ")


@pytest.mark.parametrize("kind", ["digits", "scored", "redacted"])
def test_curves_can_be_switched_and_keep_a_table(opened, kind):
    page = opened(kind).page
    boxes = page.locator("#roc-key input[data-attack]")
    chart = page.locator("#roc-live .roc-chart")
    chart.scroll_into_view_if_needed()
    assert boxes.count() >= 2 and page.locator("#roc-twin table").count() == 1
    whole = still(chart)
    boxes.first.uncheck()
    fewer = still(chart)
    boxes.first.check()
    assert not same(fewer, whole) and same(still(chart), whole)


def test_defences_are_told_record_by_record(there):
    held = there("defended")
    page = held.page
    exposed = np.flatnonzero(held.records.exposed)
    assert page.locator("#slopes-twin tbody tr").count() >= 1
    held.opener(int(exposed[0])).click()
    told = page.locator("#record-body").inner_text()
    for name in held.payload["defences"]["names"]:
        assert name in told
    page.locator("#record-close").click()
    options = page.locator("#which-defence option, [name=which-defence]")
    assert options.count() == len(held.payload["defences"]["names"])


def test_bars_and_causes_lead_to_their_records(there):
    held = there("people")
    page, table = held.page, held.records
    for bar in page.locator("th[data-exposure] button").all()[-3:]:
        low, high = map(float, (bar.locator("xpath=..").get_attribute("data-exposure") or "").split())
        bar.evaluate("e => e.closest('details') && (e.closest('details').open = true)")
        bar.click()
        exposure = table.exposure.astype(np.float32)
        want = np.flatnonzero((exposure >= low) & ((exposure < high) | (high >= 1)))
        assert sorted(held.shown()) == want.tolist()
    for place in page.locator("[data-cause]:has(button)").all():
        cause = place.get_attribute("data-cause")
        place.locator("button").click()
        assert sorted(held.shown()) == np.flatnonzero(table.cause == cause).tolist()
    assert page.evaluate("() => document.activeElement.id") == "records-h"


def test_the_keyboard_alone_sorts_opens_and_comes_back(there):
    held = there("people")
    page = held.page
    page.keyboard.press("Tab")
    steps = 0
    while not page.evaluate("() => document.activeElement.dataset?.sort === 'record'"):
        page.keyboard.press("Tab")
        steps += 1
        assert steps < 120, "the head of the table is never reached"
    page.keyboard.press("Space")
    held_order = page.evaluate(
        "() => [...document.querySelectorAll('#records-table tbody tr')].map(r => +r.dataset.row)"
    )
    assert held_order == list(range(50))
    while not page.evaluate("() => document.activeElement.matches('#records-table tbody tr:nth-child(2) button')"):
        page.keyboard.press("Tab")
        steps += 1
        assert steps < 140
    page.keyboard.press("Enter")
    assert page.locator("#record-title").inner_text().endswith(held.records.record[1])
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "() => document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    page.keyboard.press("Escape")
    assert page.evaluate("() => document.activeElement.closest('tr')?.dataset.row") == "1"
