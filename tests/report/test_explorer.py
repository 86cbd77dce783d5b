"""What the scripts of the page are given, against the files that it is read from."""

import base64
import json

import numpy as np
import pandas as pd
import pytest

from standout.errors import InputError
from standout.report import explorer as module
from standout.report.explorer import explorer_of, packed, whole
from standout.report.kept import read_after, read_explorer
from standout.run.folder import RunFolder
from tests.report.conftest import SUMMARY, drawn, table

IDS = [f"r{i}" for i in range(40)]


def unpacked(block):
    return np.frombuffer(base64.b64decode(block["b"]), dtype=module.KINDS[block["t"]])


def stored(n=40, models=6):
    """Arrays of explorer.npz of every second record, neighbours by counting on."""
    rng = np.random.default_rng(0)
    rows = np.arange(0, n, 2, dtype=np.int32)
    d = len(rows)
    return {
        "row": rows, "low": rng.normal(size=d).astype("f4"), "high": rng.normal(size=d).astype("f4"),
        "threshold": rng.normal(size=d).astype("f4"), "side": np.ones(d, dtype="i1"),
        "value": rng.integers(0, 256, (d, models)).astype("u1"), "member": rng.random((d, models)) < 0.5,
        "accused": rng.random((d, models)) < 0.5,
        "near": ((rows[:, None] + np.arange(1, 4)) % n).astype("i4"),
        "picture": np.arange(30, dtype="u1"), "tile": np.array([8, 8, 5]), "picture_row": np.arange(n)[::-1],
        "map_row": np.arange(n)[::-1].astype("i4"), "map_panel": np.repeat([0, 1], n // 2).astype("i1"),
        "map_x": rng.random(n).astype("f4"), "map_y": rng.random(n).astype("f4"), "map_model": np.array([0, 1]),
        "cells": np.frombuffer(json.dumps({"3": [["age", "7"], ["town", "</script>"]]}).encode(), dtype="u1"),
    }  # fmt: skip


def made(records=None, after=None, ids=True, content=True, arrays=None):
    records = table(IDS, 4) if records is None else records
    arrays = stored() if arrays is None else arrays
    return explorer_of(SUMMARY, records, drawn(IDS[:4]), arrays, after, ids=ids, content=content)


def test_arrays_are_the_columns_of_the_records_table():
    records = table(IDS, 4).assign(label=["b", "10", "9", "a"] * 10)
    found = made(records)
    assert found["ids"] == IDS and found["rows"] == found["records"] == 40
    assert found["labels"] == ["9", "10", "a", "b"], "numbers by size, then texts"
    assert [found["labels"][i] for i in unpacked(found["label"])] == records["label"].tolist()
    assert [found["causes"][i] for i in unpacked(found["cause"])] == records["cause"].tolist()
    for name, column in (("exposure", "exposure"), ("lo", "exposure_lo"), ("hi", "exposure_hi")):
        np.testing.assert_array_equal(unpacked(found[name]), records[column].to_numpy(dtype="f4"))
    for name in ("hits", "trials", "false_hits", "false_trials"):
        assert unpacked(found[name]).tolist() == records[name].tolist()
    assert unpacked(found["exposed"]).tolist() == records["exposed"].tolist()
    assert found["reasons"] == {str(i): records["reason"][i] for i in range(4)}
    assert found["actions"] == {str(i): "check the label" for i in range(4)}


def test_what_is_known_of_some_records_keeps_their_rows():
    arrays, found = stored(), made()
    signals = found["signals"]
    assert unpacked(signals["row"]).tolist() == arrays["row"].tolist() and signals["models"] == 6
    assert unpacked(signals["value"]).reshape(20, 6).tolist() == arrays["value"].tolist()
    marks = unpacked(signals["marks"]).reshape(20, 6)
    assert (marks & 1).tolist() == arrays["member"].tolist() and (marks >> 1).tolist() == arrays["accused"].tolist()
    assert unpacked(found["neighbours"]["near"]).reshape(20, 3).tolist() == arrays["near"].tolist()
    assert unpacked(found["pictures"]["row"]).tolist() == arrays["picture_row"].tolist()
    assert base64.b64decode(found["pictures"]["src"].split(",")[1]) == arrays["picture"].tobytes()
    rows = [unpacked(p["row"]).tolist() for p in found["map"]["panels"]]
    assert rows == [list(range(39, 19, -1)), list(range(19, -1, -1))]
    assert found["cells"] == {"columns": ["age", "town"], "of": {"3": [[0, "7"], [1, "</script>"]]}}


def test_of_too_many_records_the_exposed_and_the_highest_are_kept_and_all_else_follows(monkeypatch):
    monkeypatch.setattr(module, "MOST", 10)
    records = table(IDS, 4).sample(frac=1, random_state=3).reset_index(drop=True)
    found = made(records)
    order = records.assign(row=range(40)).sort_values(["exposed", "exposure"], ascending=False).row[:10]
    rows = sorted(order.tolist())
    assert (found["records"], found["rows"]) == (40, 10) and found["ids"] == records.record[rows].tolist()
    place = {row: i for i, row in enumerate(rows)}
    arrays = stored()
    assert unpacked(found["signals"]["row"]).tolist() == [place[r] for r in arrays["row"].tolist() if r in place]
    kept = [i for i, r in enumerate(arrays["row"].tolist()) if r in place]
    near = [[place.get(j, -1) for j in arrays["near"][i].tolist()] for i in kept]
    assert unpacked(found["neighbours"]["near"]).reshape(-1, 3).tolist() == near
    assert unpacked(found["pictures"]["row"]).tolist() == [place.get(r, -1) for r in arrays["picture_row"].tolist()]
    assert ("3" in [str(r) for r in rows]) == bool(found["cells"]["of"])


def test_redacted_ones_hold_neither_record_nor_content():
    hidden = made(ids=False, content=False)
    assert hidden["rows"] == 0 and set(hidden) == {"records", "rows", "roc", "supported"}
    named = made(ids=True, content=False)
    assert named["ids"] == IDS and named["signals"] and named["labels"] == [] and named["label"] is None
    assert not any(named[k] for k in ("neighbours", "map", "pictures", "cells", "typical", "reasons"))


def test_before_and_after_are_those_of_the_exposed_and_of_the_same_records_only():
    records = table(IDS, 4)
    rng = np.random.default_rng(1)
    after = pd.DataFrame({"record": IDS, "none": rng.random(40), "remove": rng.random(40)})
    found = made(records, after)["defences"]
    assert found["names"] == ["remove"] and unpacked(found["row"]).tolist() == [0, 1, 2, 3]
    np.testing.assert_array_equal(unpacked(found["before"]), after["none"].to_numpy(dtype="f4")[:4])
    np.testing.assert_array_equal(unpacked(found["after"][0]), after["remove"].to_numpy(dtype="f4")[:4])
    assert made(records, after.assign(record=IDS[::-1]))["defences"] is None, "another table of records"


def test_curves_stand_as_the_attack_table_has_them():
    found = made()
    assert [c["name"] for c in found["roc"]] == ["lira", "loss"] and found["roc"][0]["auc"] == 0.6152
    assert found["supported"] == pytest.approx(max(10 / 1280, 1 / 40))


def test_without_the_file_records_are_there_all_the_same():
    found = made(arrays={})
    assert found["rows"] == 40 and found["signals"] is found["map"] is found["pictures"] is None


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / "explorer.npz").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(InputError, match=r"explorer\.npz cannot be read"):
        read_explorer(RunFolder(tmp_path), 40)
    np.savez(tmp_path / "explorer.npz", x=np.array([{"a": 1}], dtype=object))
    with pytest.raises(InputError, match=r"explorer\.npz cannot be read"):
        read_explorer(RunFolder(tmp_path), 40)


def test_packed_arrays_are_little_endian():
    assert base64.b64decode(packed([1, 258], "u2")["b"]) == b"\x01\x00\x02\x01"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"threshold": np.zeros(3)}, "threshold has another length"),
        ({"low": None}, "it has row and no low"),
        ({"near": np.full((20, 3), 10**6)}, "near is of other records"),
        ({"near": np.full((20, 3), -1)}, "near is of other records"),
        ({"picture_row": np.arange(40) - 1}, "picture_row is of other records"),
        ({"map_x": np.zeros(3)}, "map_x has another length"),
        ({"row": np.zeros((20, 2), dtype=int)}, "row has another length"),
        ({"value": np.full((20, 6), "x")}, "value holds no numbers"),
        ({"member": np.zeros((20, 5), dtype=bool)}, "member is of other models"),
        ({"cells": np.frombuffer(b'{"40": []}', dtype="u1")}, "cells are of other records"),
        ({"cells": np.frombuffer(b"{", dtype="u1")}, "cannot be read"),
        ({"tile": np.array([8, 8])}, "its pictures have no size"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(tmp_path, change, says):
    arrays = {k: v for k, v in {**stored(), **change}.items() if v is not None}
    np.savez(tmp_path / "explorer.npz", **arrays)
    with pytest.raises(InputError, match=says) as refused:
        read_explorer(RunFolder(tmp_path), 40)
    assert "standout explain" in str(refused.value)
    np.savez(tmp_path / "explorer.npz", **stored())
    assert set(read_explorer(RunFolder(tmp_path), 40)) == set(stored())


@pytest.mark.parametrize("text", ["record,remove\n1,0.5\n", "record,none\n1,often\n", ""])
def test_a_table_of_defences_that_does_not_fit_is_refused(tmp_path, text):
    assert read_after(RunFolder(tmp_path)) is None
    (tmp_path / "defences.csv").write_text(text)
    with pytest.raises(InputError, match=r"defences\.csv cannot be read"):
        read_after(RunFolder(tmp_path))
    (tmp_path / "defences.csv").write_text("record,none,remove\n007,0.5,0.1\n")
    found = read_after(RunFolder(tmp_path))
    assert found is not None and found["record"].tolist() == ["007"]


@pytest.mark.parametrize(("largest", "kind"), [(0, "u1"), (255, "u1"), (256, "u2"), (65_535, "u2"), (70_000, "u4")])
def test_whole_numbers_are_packed_as_small_as_they_allow(largest, kind):
    found = whole([0, largest])
    assert found["t"] == kind and unpacked(found).tolist() == [0, largest]
