"""A report of many records in headless Chromium: size, time until it answers, and how long frames take on the map.

    python benchmarks/bench_report.py [--records 50000] [--report FILE ...] [--repeats 3]

Without --report a run folder of so many records with pictures is made (tests/browser/large.py). Give two reports to set
before beside after: they are opened in turn. `interactive` is from the start of the navigation until the table has its
rows and the page has been painted twice; `hover` moves the pointer over the map and counts how long each frame took.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # the maker of the run folder is one of the tests'

INTERACTIVE = """() => new Promise(done => { const look = () =>
  document.querySelector('#records-table tbody tr') && document.documentElement.classList.contains('live')
    ? requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))) : setTimeout(look, 5);
  look(); })"""
FRAMES = """() => { window.frames_ = []; let last = performance.now();
  const tick = now => { window.frames_.push(now - last); last = now; window.ticking = requestAnimationFrame(tick); };
  window.ticking = requestAnimationFrame(tick); }"""
ENOUGH = "() => { cancelAnimationFrame(window.ticking); return window.frames_; }"


def opened(browser, file: Path) -> dict[str, float]:
    """Milliseconds until one report answers, and of frames while the pointer crosses its map."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(file.resolve().as_uri(), wait_until="commit")
    found = {"interactive_ms": page.evaluate(INTERACTIVE)}
    chart = page.locator("#map .map-chart").first
    if chart.count():
        chart.scroll_into_view_if_needed()
        box = chart.bounding_box()
        assert box
        page.evaluate(FRAMES)
        for step in np.linspace(0.05, 0.95, 120):
            page.mouse.move(box["x"] + box["width"] * step, box["y"] + box["height"] * (0.5 + 0.4 * np.sin(9 * step)))
        frames = np.array(page.evaluate(ENOUGH)[1:])
        found |= {"hover_median_ms": float(np.median(frames)), "hover_p95_ms": float(np.quantile(frames, 0.95))}
    before = page.evaluate("() => performance.now()")
    page.locator("#records-table [data-sort=hits]").click()
    found["sort_ms"] = page.evaluate("before => new Promise(done => requestAnimationFrame(() => "
                                     "done(performance.now() - before)))", before)  # fmt: skip
    page.close()
    return found


def main() -> None:
    from playwright.sync_api import sync_playwright
    from tests.browser.large import large

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--report", type=Path, nargs="*", default=[])
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    program = os.environ.get("STANDOUT_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        sys.exit("no Chromium is installed: apt-get install chromium, or name a program in STANDOUT_BROWSER")
    with tempfile.TemporaryDirectory() as there, sync_playwright() as driver:
        files = asked.report
        if not files:
            large(Path(there) / "run", asked.records)
            files = [Path(there) / "run" / "report.html"]
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        rounds = [[opened(browser, file) for file in files] for _ in range(asked.repeats)]
        for i, file in enumerate(files):
            each = [one[i] for one in rounds]
            best = {name: round(float(np.median([e[name] for e in each])), 1) for name in each[0]}
            print(json.dumps({"report": str(file), "megabytes": round(file.stat().st_size / 1e6, 2), **best}))
        browser.close()


if __name__ == "__main__":
    main()
