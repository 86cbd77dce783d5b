"""The page's scripts from the side of Python: what runs, what may run, and what data can do to it."""

import base64
import hashlib
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from standout.report import scripts
from standout.report.build import write_report
from standout.run.folder import RunFolder
from tests.report.reading import read, scripts_of, without_scripts
from tests.report.test_hostile import HOSTILE

ASSETS = scripts.ASSETS


def policy_of(html: str) -> str:
    metas = read(html).all("meta")
    return next(m.attributes["content"] for m in metas if m.attributes.get("http-equiv") == "Content-Security-Policy")


def held_by(html: str) -> dict:
    """What the page's scripts would parse."""
    return json.loads(re.search('<script type="application/json" id="explorer">(.*?)</script>', html, re.S)[1])


def test_the_policy_names_exactly_the_scripts_that_the_page_holds(page):
    html = page()
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts_of(html)]
    assert len(hashes) == 2 and html.count("<script") == 3
    assert policy_of(html) == (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src "
        + " ".join(f"'sha256-{h}'" for h in hashes)
    )


def test_without_records_to_name_and_without_curves_nothing_runs(page, tmp_path):
    page(figures={})
    write_report(RunFolder(next(tmp_path.rglob("summary.json")).parent), redact=True)
    html = next(tmp_path.rglob("report.html")).read_text()
    assert "<script" not in html and "script-src" not in html and 'id="explore"' not in html


def test_a_redacted_page_gives_its_scripts_curves_alone(page, tmp_path):
    page(ids=[f"person-{i}" for i in range(40)])
    write_report(RunFolder(next(tmp_path.rglob("summary.json")).parent), redact=True)
    html = next(tmp_path.rglob("report.html")).read_text()
    assert set(held_by(html)) == {"records", "rows", "roc", "supported"} and held_by(html)["rows"] == 0
    assert "person-" not in html and 'id="records-table"' not in html and 'id="roc-live"' in html


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: ascii(t[:12]))
def test_data_can_not_end_the_element_that_holds_them_and_come_out_exact(page, text):
    label = text + "</script><script>alert(2)</script><!--"
    html = page(ids=[text, *[f"r{i}" for i in range(39)]], label=label)
    assert scripts_of(html) == [scripts.library(), scripts.own()]
    inside = re.search('id="explorer">(.*?)</script>', html, re.S)[1]
    assert not set(inside) & set(scripts.ESCAPED)
    held = held_by(html)
    assert held["ids"][0] == text and held["labels"] == [label]


def test_no_text_from_data_is_in_a_script_that_runs(page):
    assert scripts_of(page(ids=[f"zebra-{i}" for i in range(40)], label="okapi")) == scripts_of(page())


def test_what_runs_makes_no_markup_of_text_evaluates_nothing_and_asks_for_nothing():
    own = scripts.own()
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "fetch(",
                 "XMLHttpRequest", "WebSocket", "import(", "http:", "https:", "localStorage"):  # fmt: skip
        assert word not in own, word
    library = scripts.library()
    assert "new Function" not in library and "eval(" not in library and "XMLHttpRequest" not in library
    for script in (own, library):
        assert "</script" not in script.lower() and "<!--" not in script and "\r" not in script


def test_every_script_is_joined_once_and_every_element_it_asks_for_is_there(page):
    files = {p.stem for p in ASSETS.glob("*.js")} - {"entry", "echarts.min"}
    assert files == set(scripts.ORDER) and len(scripts.ORDER) == len(files)
    asked = set(re.findall(r'getElementById\("([^"]+)"\)', scripts.own()))
    there = {e.attributes["id"] for e in read(page()).all() if "id" in e.attributes}
    assert len(asked) > 20
    assert asked - there <= {"which-defence", "slopes-live", "slopes-told", "slopes-twin"}  # where defences were tried


def test_the_library_comes_with_its_licences():
    for name in ("LICENSE", "NOTICE", "LICENSE-zrender", "LICENSE-d3", "LICENSE-tslib", "README.md"):
        assert (ASSETS / name).stat().st_size > 100
    head = scripts.library()[:6000]
    assert "Apache ECharts 6.1.0" in head and "Redistributions in binary form" in head
    assert len(scripts.library()) < 700_000


def test_the_size_of_a_page_of_digits_stays_under_two_megabytes(page, tmp_path):
    """1,797 records with a picture each: noise, which no compression helps, so a page of digits is smaller."""

    rng = np.random.default_rng(0)
    sheet = Image.fromarray(rng.integers(0, 256, (43 * 8, 42 * 8), dtype=np.uint8))
    file = io.BytesIO()
    sheet.save(file, "WEBP", lossless=True)
    n, models = 1797, 64
    page(ids=[str(i) for i in range(n)], exposed=36)
    folder = next(tmp_path.rglob("summary.json")).parent
    rows = np.arange(n)
    np.savez(
        folder / "explorer.npz", row=rows[:500], value=rng.integers(0, 256, (500, models), dtype=np.uint8),
        member=rng.integers(0, 2, (500, models), dtype=np.uint8), accused=rng.random((500, models)) < 0.5,
        low=np.zeros(500), high=np.ones(500),
        threshold=np.ones(500), side=np.ones(500), near=rng.integers(0, n, (500, 6)), map_row=rows,
        map_panel=rows % 2, map_model=np.array([0, 1]), map_x=rng.random(n), map_y=rng.random(n),
        picture=np.frombuffer(file.getvalue(), dtype=np.uint8), picture_row=rows, tile=np.array([8, 8, 42]),
    )  # fmt: skip
    write_report(RunFolder(folder))
    html = (folder / "report.html").read_text()
    held = held_by(html)
    assert held["pictures"]["src"].startswith("data:image/webp;base64,") and held["signals"]["models"] == models
    assert len(html.encode()) < 2_000_000


def test_the_static_drawings_stay_for_print_and_readers_without_scripts(page):
    html = without_scripts(page())
    root = read(html)
    attacks = next(s for s in root.all("section") if s.attributes["id"] == "attacks")
    assert attacks.all("figure", "only-static")[0].all("svg", "chart") and root.all("li", "card")
    style = root.all("style")[0].children[0]
    assert "html:not(.live) .only-live { display: none; }" in style
    assert re.search(r"@media screen \{ \.live \.only-static \{ display: none; \} \}", style)
