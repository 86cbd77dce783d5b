"""The page of a comparison: what it says of runs, pairs and records, and that it stands alone."""

import re

import numpy as np
import pandas as pd
import pytest

from standout.report.compared import MOST, render_comparison
from tests.report.reading import Element, read, spoken

HOSTILE = "<script>alert(1)</script>\u202e\"'"
RUN = {
    "run": "a", "data": "clinic", "model": "mlp", "records": 300, "shadows": 16, "accuracy_test": 0.9,
    "accuracy_gap": 0.05, "accuracy_gap_lo": 0.04, "accuracy_gap_hi": 0.06, "verdict": "mildly overfitted",
    "attack": "moderated", "auc": 0.6, "auc_lo": 0.5, "auc_hi": 0.7, "tpr": None, "tpr_lo": None, "tpr_hi": None,
    "fpr": 0.001, "above": 0.1, "exposed": 3, "share": 0.01, "detectable": 0.3, "causes": {"outlier": 3},
    "seconds": 12.0, "path": "/somewhere/a",
}  # fmt: skip
PAIR = {
    "a": "a", "b": "b", "common": 300, "relabelled": 0, "compared": True, "spearman": 0.5,
    "clearly_higher": {"a": 7, "b": 2, "by_chance": 1.7},
    "exposed": {"a": 3, "b": 2, "both": 1, "jaccard": 0.25, "only_a": {"count": 2, "ids": ["r1", "r2"]},
                "only_b": {"count": 1, "ids": ["r7"]}},
}  # fmt: skip


def records(n: int = 300, names=("a", "b")) -> pd.DataFrame:
    """Record i differs by i / n between the runs; the first two are exposed in the first run."""
    table = pd.DataFrame({"record": [f"r{i}" for i in range(n)], "label": "ward"})
    for name, share in zip(names, (1.0, 0.0)):
        exposure = share * np.arange(n) / n
        table[f"exposure {name}"] = exposure
        table[f"exposure_lo {name}"], table[f"exposure_hi {name}"] = exposure * 0.9, exposure
        table[f"exposed {name}"] = (np.arange(n) >= n - 2) & (share > 0)
    return table


def page(runs=(RUN, {**RUN, "run": "b", "exposed": 2}), pairs=(PAIR,), warnings=("mind this",), **how) -> Element:
    said = {"runs": list(runs), "pairs": list(pairs), "warnings": list(warnings)}
    how.setdefault("records", records(names=[r["run"] for r in runs]))
    return read(render_comparison(said, how.pop("records"), **how))


def row(root: Element, name: str) -> list[str]:
    rows = root.all("table", "compared")[0].all("tbody")[0].all("tr")
    return next([td.text for td in r.all("td")] for r in rows if r.all("th")[0].text == name)


def test_figures_with_their_intervals():
    root = page()
    assert row(root, "Exposed records") == ["3 of 300 (1.0%)", "2 of 300 (1.0%)"]
    assert row(root, "Gap to training")[0] == "5.0 points [4.0 to 6.0] mildly overfitted"
    assert row(root, "Its AUC over all records")[0] == "0.600 [0.500 to 0.700]"
    assert row(root, "Its TPR at an FPR of 0.1%")[0] == "not measurable"
    assert "mind this" in root.all("ul", "notes")[0].text and "somewhere" not in spoken(root)


def test_pairs():
    cells = [td.text for td in page().all("table", "pairs")[0].all("tbody")[0].all("td")]
    assert cells == ["300", "1 in both (25% of those in either) 2 in a alone: r1, r2 1 in b alone: r7",
                     "7 in a 2 in b about 2 by chance alone", "0.50"]  # fmt: skip
    unlike = {**PAIR, "compared": False, "exposed": None, "clearly_higher": None, "spearman": None}
    assert "not the same records" in page(pairs=[unlike]).all("table", "pairs")[0].text
    settings = {**PAIR, "exposed": None, "clearly_higher": None, "spearman": None}
    assert "not comparable: the settings differ" in page(pairs=[settings]).all("table", "pairs")[0].text


def test_records_that_differ_most_come_first():
    rows = page().all("table", "shared")[0].all("tbody")[0].all("tr")
    assert len(rows) == MOST and [r.all("th")[0].text for r in rows[:3]] == ["r299", "r298", "r297"]
    assert [td.text for td in rows[0].all("td")] == ["ward", "● 99.7% [90% to 99.7%]", "under 0.1% [under 0.1%]"]
    assert not rows[2].all("b")


def test_no_record_in_common():
    empty = pd.DataFrame({"record": pd.Series(dtype=str), "label": pd.Series(dtype=str)})
    assert "none that all runs have" in page(records=empty).text


def test_redacted():
    root = page(redact=True)
    said = spoken(root)
    assert (
        not re.search(r"\br\d+\b", said)
        and "ward" not in said
        and root.all("p", "banner")[0].text.startswith("Redacted")
    )
    assert "2 in a alone" in said and "holds personal data" not in said


@pytest.mark.parametrize("text", [HOSTILE, "x" * 10_000, "=1+1", "שלום", "{{ 7 * 7 }}"])
def test_hostile_names_and_ids_stay_text(text):
    run = {**RUN, "run": text, "data": text, "model": text, "attack": text, "verdict": text, "causes": {text: 1}}
    pair = {**PAIR, "a": text, "exposed": {**PAIR["exposed"], "only_a": {"count": 1, "ids": [text]}}}
    shared = records(5, (text, "b")).assign(record=text, label=text)
    root = page(runs=(run, {**RUN, "run": "b"}), pairs=[pair], warnings=[text], records=shared)
    assert not root.all("script") and "\u202e" not in spoken(root) and "49" not in root.text
    assert root.all("table", "shared")[0].all("th")[4].text.startswith(text[:5])


def test_it_stands_alone_and_can_be_read_by_keyboard():
    root = page()
    policy = next(m for m in root.all("meta") if m.attributes.get("http-equiv") == "Content-Security-Policy")
    assert policy.attributes["content"].startswith("default-src 'none'")
    ids = {e.attributes["id"] for e in root.all() if "id" in e.attributes}
    assert {a.attributes["href"][1:] for a in root.all("a")} <= ids
    assert not root.all("script") and {s.attributes["tabindex"] for s in root.all("div", "scroll")} == {"0"}
