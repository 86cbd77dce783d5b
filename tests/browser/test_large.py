"""50,000 records with pictures: the page is small enough, opens, filters, and never shows a wrong picture."""

import numpy as np
import pytest

from tests.browser.held import Held
from tests.browser.large import large
from tests.browser.opened import Opened, settle


@pytest.mark.slow
def test_fifty_thousand_records(browser, tmp_path, shots):
    large(tmp_path / "run")
    file = tmp_path / "run" / "report.html"
    assert file.stat().st_size < 6_000_000
    seen = Opened.at(browser, file)
    settle(seen.page, scripts=True)
    held, page = Held(seen.page, tmp_path / "run"), seen.page
    table = held.records
    assert page.locator("#rows-told").inner_text() == "All 50,000 records"
    order = np.argsort(-table.exposure.to_numpy(dtype=np.float32), kind="stable")
    first = page.evaluate("() => [...document.querySelectorAll('#records-table tbody tr')].map(r => +r.dataset.row)")
    assert first == order[:50].tolist()
    page.locator("#search").fill("image-0123")
    page.locator("#filter-class").select_option(label=page.locator("#filter-class option").nth(3).inner_text())
    page.wait_for_timeout(300)
    label = page.locator("#records-table tbody tr td bdi").first.inner_text()
    want = np.flatnonzero(table.record.str.contains("image-0123") & (table.label == label))
    assert sorted(held.shown()) == want.tolist() and len(want) > 3
    held.clear()
    page.locator("#only-exposed").check()
    page.wait_for_timeout(300)
    assert page.locator("#rows-told").inner_text().startswith(f"{int(table.exposed.sum()):,} of")
    point = int(np.flatnonzero(table.exposed.to_numpy()[held.panels[0]["row"]])[0])
    page.mouse.move(*held.screen(0)[point].tolist())
    page.locator(".tip").wait_for(state="visible")
    told = page.locator(".tip bdi").first.inner_text()
    assert told in set(table.record[table.exposed]), "what the filters leave out is not told"
    page.screenshot(path=shots / "large.png")
    assert not seen.closed()
