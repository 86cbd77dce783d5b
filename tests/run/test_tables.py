"""records.csv gives every text back exactly, and holds no cell that a spreadsheet would run."""

import csv
import importlib.util

import pandas as pd
import pytest

from standout.run.folder import RunFolder
from standout.run.tables import escaped, read_records, unescaped, write_records

IDS = ["plain", "a\rb", "\r", "a\r\nb", "a\nb", 'say "so"', '"', "a,b", "ünï\u2028ø日本", "=x", "'=x", "''=x", "'",
       "+x", "-x", "@x", "\tx", "-5", "+1e3", "'-5", "007", " lead ", "NA", "", "nan", "#c", "x\\y"]  # fmt: skip


def table(ids=IDS):
    return pd.DataFrame(
        {
            "record": ids,
            "label": ids[::-1],
            "exposure": [0.1 + i / 3 for i in range(len(ids))],
            "rarity": [float("nan"), *range(1, len(ids))],
            "hits": range(len(ids)),
            "exposed": [i % 2 == 0 for i in range(len(ids))],
            "cause": ["", *["hard"] * (len(ids) - 1)],
        }
    )


@pytest.fixture
def folder(tmp_path):
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    return folder


def test_every_text_comes_back(folder):
    write_records(folder, table())
    pd.testing.assert_frame_equal(read_records(folder.path), table(), check_exact=True)
    raw = pd.read_csv(folder.path / "records.csv", dtype=str, keep_default_na=False)
    assert len(raw) == len(IDS) and list(raw.columns) == list(table().columns)
    with open(folder.path / "records.csv", newline="", encoding="utf-8") as file:
        assert [unescaped(row["record"]) for row in csv.DictReader(file)] == IDS


def test_no_two_texts_become_one_cell():
    assert len({escaped(i) for i in IDS}) == len(IDS)
    assert [unescaped(escaped(i)) for i in IDS] == IDS
    for text in ("=x", "+x", "-x", "@x", "\tx"):
        assert escaped(text) == "'" + text
    assert escaped("-5") == "-5" and escaped("+1e3") == "+1e3"


def test_a_stale_parquet_goes(folder, monkeypatch):
    pytest.importorskip("pyarrow")
    write_records(folder, table())
    assert (folder.path / "records.parquet").exists()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    write_records(folder, table(["other"] * 3))
    assert not (folder.path / "records.parquet").exists()
