"""The three kinds of report: whole, redacted, redacted with ids; and that each says which it is."""

from pathlib import Path

import pytest

from standout.errors import InputError
from standout.report.build import write_report
from standout.run.folder import RunFolder
from tests.report.conftest import CONFIG, drawn, table
from tests.report.reading import Element, read, spoken

IDS = [f"anna-{i}" for i in range(40)]
SECRET = "zebra"


@pytest.fixture
def folder(page, tmp_path) -> RunFolder:
    """A run whose ids, labels, reasons, cells and notes are all of a kind that is easy to find again."""
    records = table(IDS, 4, SECRET)
    figures = {**drawn(IDS[:4], SECRET), "exposed": [{"record": IDS[0], "cells": [["town", SECRET]]}]}
    page(ids=IDS, label=SECRET, records=records, figures=figures, summary={"warnings": [f"column {SECRET!r}: odd"]})
    return RunFolder(next(tmp_path.rglob("summary.json")).parent)


def written(folder: RunFolder, **how) -> Element:
    to = folder.path.parent / "other.html"
    write_report(folder, to=to, **how)
    return read(to.read_text(encoding="utf-8"))


def test_whole(folder):
    root = written(folder)
    assert SECRET in spoken(root) and IDS[0] in spoken(root)
    assert "holds personal data" in root.all("p", "banner")[0].text


def test_redacted_shows_neither_ids_nor_contents_nor_places(folder):
    root = written(folder, redact=True)
    assert SECRET not in spoken(root) and "anna" not in spoken(root) and not root.all("img")
    assert root.all("p", "banner")[0].text.startswith("Redacted. This file holds figures alone")
    assert "The most exposed: an attacker who accepts" in root.all("blockquote")[0].text
    first = "M0 0h0M1 0h0M2 0h0M3 0h0"
    marks = root.all("svg", "crowd")[0].all("path", "found")[0].attributes["d"]
    assert marks == first, "the exposed stand first, wherever they are in the table"
    assert "in the order of your table" not in root.text


def test_the_marks_stand_in_the_order_of_the_table_where_ids_do(page):
    records = table(IDS, 4)[::-1].reset_index(drop=True)
    path = read(page(ids=IDS, records=records)).all("svg", "crowd")[0].all("path", "found")[0].attributes["d"]
    assert "M0 0" not in path and "in the order of your table" in read(page(ids=IDS, records=records)).text


def test_redacted_with_ids_shows_ids_alone(folder):
    root = written(folder, redact=True, ids=True)
    assert SECRET not in spoken(root) and not root.all("img") and not root.all("li", "card")
    assert root.all("p", "banner")[0].text.startswith("Redacted, with ids.")
    rows = root.all("table", "listed")[0].all("tbody")[0].all("tr")
    assert [r.all("th")[0].text for r in rows] == IDS[:4]
    assert rows[0].all("td")[0].text == "99.0% [79% to over 99.9%]"
    assert [td.text for td in rows[0].all("td")[1:]] == ["31 of 32", "0 of 32", "suspect label", "Check the label"]
    assert "The most exposed is record anna-0" in root.all("blockquote")[0].text


def test_more_ids_than_are_listed(page, tmp_path):
    ids = [f"r{i}" for i in range(90)]
    page(ids=ids, exposed=75)
    root = written(RunFolder(next(tmp_path.rglob("summary.json")).parent), redact=True, ids=True)
    assert len(root.all("table", "listed")[0].all("tbody")[0].all("tr")) == 60
    assert "15 more stand in records.csv" in root.all("p", "more")[0].text


def test_a_run_that_was_asked_to_redact_does_and_gives_ids_when_asked(page, tmp_path):
    page(ids=IDS, config={**CONFIG, "asked": {**CONFIG["asked"], "redact": True}})
    folder = RunFolder(next(tmp_path.rglob("summary.json")).parent)
    assert "anna" not in spoken(written(folder))
    assert "anna-0" in spoken(written(folder, redact=True, ids=True))
    with pytest.raises(InputError, match="ids goes with redact"):
        write_report(folder, ids=True)


def test_written_elsewhere_the_run_stays_as_it_is(folder):
    before = {p.name: p.read_bytes() for p in folder.path.iterdir()}
    written(folder, redact=True)
    assert before == {p.name: p.read_bytes() for p in folder.path.iterdir()}
    for to in (folder.path / "summary.json", folder.path.parent / "no such" / "x.html", folder.path):
        with pytest.raises(InputError):
            write_report(folder, to=Path(to))
    assert before == {p.name: p.read_bytes() for p in folder.path.iterdir()}


def test_flagged_records_of_a_target_have_no_label_when_redacted(page, tmp_path):
    records = table(IDS, 4, SECRET).assign(member=True, score=1.0, p_value=1e-5, flagged=[True] + [False] * 39)
    block = {"attack": "lira", "flagged_at": 0.001, "flagged": 1, "expected": {"tpr": 0.1, "fpr": 0.001},
             "precision_at_prior": {"0.5": 0.9}, "precision_at_prior_ci": {"0.5": None}, "likeness": None,
             "members": 20, "auc": 0.7, "tpr": 0.1, "fpr": 0.0, "precision": 0.75}  # fmt: skip
    page(ids=IDS, label=SECRET, records=records, summary={"target": block})
    root = written(RunFolder(next(tmp_path.rglob("summary.json")).parent), redact=True, ids=True)
    section = next(s for s in root.all("section") if s.attributes["id"] == "target")
    assert IDS[0] in section.text and SECRET not in spoken(root)
