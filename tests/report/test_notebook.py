"""What a notebook shows: escaped, self-contained, and of a redacted run no id."""

from copy import deepcopy

import pytest

from standout.report.notebook import of_comparison, of_run
from tests.report.conftest import SUMMARY, table
from tests.report.reading import read, spoken

HOSTILE = "<script>alert(1)</script>\u202e'\""


def shown(ids: list[str], exposed: int, *, redact: bool = False, label: str = "a", **blocks) -> str:
    summary = {**deepcopy(SUMMARY), **blocks}
    summary["exposed"] |= {"count": exposed}
    return of_run(summary, table(ids, exposed, label).head(exposed), "runs/x/report.html", redact=redact)


def test_headline_attacks_and_the_most_exposed():
    root = read(shown([f"r{i}" for i in range(40)], 12))
    assert root.all("strong")[0].text == "12 of 40 records are given away"
    assert [tr.all("th")[0].text for tr in root.all("tbody")[0].all("tr")] == ["lira", "loss"]
    assert "0.615 [0.612 to 0.618]" in root.text and "3.6% [3.2% to 3.9%]" in root.text
    assert [tr.all("th")[0].text for tr in root.all("tbody")[1].all("tr")] == [f"r{i}" for i in range(10)]
    assert "2 more in run.exposed" in root.text and "runs/x/report.html" in root.text


def test_it_needs_nothing_from_elsewhere_and_brings_no_style_of_the_page():
    html = shown(["r0", "r1"], 1)
    assert "1 of 40 records is given away" in html
    for word in ("<script", "<style", "<link", "src=", "href=", "url(", "http", 'class="card'):
        assert word not in html


@pytest.mark.parametrize("exposed", [0, 1])
def test_hostile_values_stay_text(exposed):
    data = {"name": HOSTILE, "records": 40, "classes": 2, "kind": None}
    root = read(shown([HOSTILE, "r1"], exposed, label=HOSTILE, dataset=data))
    assert not root.all("script") and "<script>alert(1)</script>" in root.text and "\u202e" not in root.text


def test_a_redacted_run_shows_no_id_and_no_label():
    said = spoken(read(shown(["anna", "berta"], 2, redact=True, label="ward 7")))
    assert "anna" not in said and "ward 7" not in said and "Ids are not shown" in said


def test_nothing_found_and_nothing_known():
    accuracy = dict.fromkeys(("train", "test", "gap", "gap_ci", "verdict"))
    root = read(shown(["r0"], 0, accuracy=accuracy, attacks={}))
    assert "No record of 40 was found to be given away" in root.text
    assert "not known from signals alone" in root.text and "None" not in root.text and not root.all("table")


def test_a_comparison():
    row = {"run": HOSTILE, "exposed": 3, "records": 40, "share": 0.075, "data": "d", "model": "m", "shadows": 16,
           "accuracy_test": None, "auc": 0.6, "auc_lo": 0.5, "auc_hi": 0.7}  # fmt: skip
    pair = {"a": HOSTILE, "b": "b", "compared": True, "common": 40,
            "exposed": {"both": 2, "only_a": {"count": 1, "ids": ["anna"]},
                        "only_b": {"count": 0, "ids": []}}}  # fmt: skip
    root = read(of_comparison({"runs": [row, {**row, "run": "b"}], "pairs": [pair], "warnings": [HOSTILE]}))
    assert not root.all("script") and "2 exposed in both, 1 in" in root.text and "0.600 [0.500 to 0.700]" in root.text
    assert "anna" not in root.text and "not known" in root.text
