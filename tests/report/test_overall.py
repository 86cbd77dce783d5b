"""Joint strength, slices and the paper's measure on the page: what is said, what is escaped, what is hidden."""

import re

import pytest

from standout.report.build import write_report
from standout.run.folder import RunFolder
from tests.report.reading import SOURCES, read, spoken

ROW = {"name": "a", "records": 20, "mean": 0.25, "mean_ci": [0.2, 0.31], "exposed": 3, "share": 0.15,
       "share_ci": [0.05, 0.36]}  # fmt: skip
FEW = {**ROW, "name": "b", "records": 4, "mean": None, "mean_ci": None, "share": None, "share_ci": None}
BLOCK = {"r2": 0.61, "ci": [0.5, 0.7], "spearman": 0.4}
HIT = {"auroc": 0.93, "ci": [0.9, 0.96], "average_precision": 0.5}
SUMMARY = {
    "explained": {
        "records": 40, "units": 40, "folds": 5,
        "exposure": {"both": BLOCK, "data": {**BLOCK, "r2": 0.2}, "out": None, "noise": 0.1, "left": 0.29},
        "exposed": {"both": HIT, "data": HIT, "out": None, "share": 0.1},
        "importance": {"out_error": 0.5, "isolation": 0.001}, "importance_of_groups": {"data": 0.2, "out": None},
    },
    "paper": {"targets": 4, "distance_in": "features", "rates": {"0.01": {
        "vulnerable": 10.2, "by_chance": 9.1, "auroc": 0.3, "aurocs": [0.3], "exposed_found": 0.0,
        "vulnerable_exposed": None, "jaccard": 0.02, "agreement": 0.1}, "0.005": None}},
    "slices": {"fewest": 10, "classes": [ROW, FEW], "groups": {"count": 3, "few": 2, "shown": [{**ROW, "name": "p1"}]}},
}  # fmt: skip


def with_names(name: str) -> dict:
    return {
        **SUMMARY,
        "slices": {
            "fewest": 10,
            "classes": [{**ROW, "name": name}] * 14,
            "groups": {"count": 1, "few": 0, "shown": [{**ROW, "name": name}]},
        },
    }


def test_what_is_said(page):
    root = read(page(summary=SUMMARY))
    said = spoken(next(e for e in root.all("section") if e.attributes.get("id") == "joint"))
    assert "They account for 61% of how exposure varies over records (95% interval 50% to 70%)" in said
    assert "About 10% is noise of the estimate" in said and "The other 29% are due to" in said
    assert "out error (0.50)" in said and "isolation" not in said
    slices = spoken(next(e for e in root.all("section") if e.attributes.get("id") == "slices"))
    assert (
        "25.0% [20.0% to 31.0%]" in slices and "too few" in slices and "3 groups in all; 2 of fewer than 10" in slices
    )
    paper = spoken(next(e for e in root.all("section") if e.attributes.get("id") == "paper"))
    assert "one model, one threshold for all" in paper and "10.2" in paper and "not measurable" in paper


@pytest.mark.parametrize("block", ["explained", "paper", "slices"])
def test_what_is_not_there_is_left_out(page, block):
    root = read(page(summary={**SUMMARY, block: None}))
    there = {e.attributes.get("id") for e in root.all("section")}
    gone = {"explained": "joint"}.get(block, block)
    assert gone not in there and len({"joint", "slices", "paper"} & there) == 2
    links = {a.attributes["href"] for a in root.all("a")} - SOURCES
    assert {link[1:] for link in links} <= {e.attributes.get("id") for e in root.all()}


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "x" * 9999]
)
def test_hostile_names_of_classes_and_groups_stay_text(page, text):
    html = page(summary=with_names(text))
    root = read(html)
    assert len(root.all("script")) == 3 and len(root.all("img")) == len(read(page(summary=SUMMARY)).all("img"))
    section = next(e for e in root.all("section") if e.attributes.get("id") == "slices")
    named = [e.text for e in section.all("th") if e.attributes.get("scope") == "row"]
    assert len(named) == 15 and all(n.startswith(text[:20]) and len(n) <= 40 for n in named)
    assert "49" not in spoken(section)


def test_a_redacted_page_names_no_class_and_no_group(page, tmp_path):
    page(summary=with_names("SECRET-NAME"))
    write_report(RunFolder(next(tmp_path.rglob("summary.json")).parent), redact=True)
    html = next(tmp_path.rglob("report.html")).read_text()
    assert "SECRET-NAME" not in html and "Names are not shown" in html and "No. 14" in html
    assert "25.0%" in spoken(read(html))


def test_more_than_all_is_said_to_be_noise_that_both_share(page):
    exposure = {**SUMMARY["explained"]["exposure"], "noise": 0.5, "left": 0.0}
    said = spoken(read(page(summary={**SUMMARY, "explained": {**SUMMARY["explained"], "exposure": exposure}})))
    assert "Together that is all and more" in said and "none of the characteristics sees" not in said


def test_nulls_are_said_in_words(page):
    none = {
        "explained": {
            **SUMMARY["explained"], "exposed": None, "importance": {},
            "exposure": {"both": {**BLOCK, "r2": -0.02}, "data": None, "out": None, "noise": None, "left": None},
        },
        "paper": {"targets": 4, "distance_in": None, "rates": {"0.01": None, "0.005": None}},
        "slices": {"fewest": 10, "classes": [FEW], "groups": {"count": 3, "few": 3, "shown": []}},
    }  # fmt: skip
    root = read(page(summary=none))
    for name in ("joint", "slices", "paper"):
        said = spoken(next(e for e in root.all("section") if e.attributes.get("id") == name))
        assert not re.search(r"\b(NaN|nan|None|null|inf|Undefined)\b", said), said
        assert name != "joint" or "They account for nothing of how exposure varies over records" in said
