"""The table of records does what its buttons say, by the records table itself."""

import csv
import io
import json
import re

import numpy as np
import pandas as pd
import pytest

from tests.browser.held import Held, pictures_at
from tests.browser.runs import HOSTILE, pictures


@pytest.fixture
def there(opened, run_of):
    """there(kind) -> its page beside its run."""
    return lambda kind, **how: Held(opened(kind, **how).page, run_of(kind))


def natural(text: str):
    """2 before 10, and case aside, as the page sorts ids and classes that are plain."""
    return [int(part) if part.isdigit() else part.lower() for part in re.split(r"(\d+)", text)]


def in_order(table: pd.DataFrame, name: str, down: bool) -> list[int]:
    """Rows by a column, ties by exposure and then in the user's order; what is no number and has no name last."""
    exposure = table["exposure"].to_numpy(dtype=np.float32)
    rows = sorted(range(len(table)), key=lambda i: -exposure[i])
    if name in ("record", "label", "cause"):
        values, absent = [natural(text) for text in table[name]], (table[name] == "").to_numpy()
    else:
        values = table[name].to_numpy(dtype=np.float32).tolist()
        absent = np.isnan(values)
    # sorted() keeps the first of ties first in both directions
    return sorted((i for i in rows if not absent[i]), key=lambda i: values[i], reverse=down) + [
        i for i in rows if absent[i]
    ]


@pytest.mark.parametrize("kind", ["digits", "people", "scored"])
def test_sorts_by_every_column(there, kind):
    held = there(kind)
    assert held.shown() == in_order(held.records, "exposure", True), "the most exposed first"
    buttons = held.page.locator("#records-table [data-sort]")
    names = [b.get_attribute("data-sort") for b in buttons.all()]
    assert {"exposure", "hits", "cause"} <= set(names)
    for name in names:
        told = []
        for _ in range(2):
            held.sort(name)
            head = held.page.locator("#records-table th[aria-sort]")
            assert head.count() == 1 and head.locator(f"[data-sort={name}]").count() == 1
            told.append(head.get_attribute("aria-sort"))
            assert held.shown() == in_order(held.records, name, told[-1] == "descending"), (name, told)
        assert set(told) == {"ascending", "descending"}


def test_filters_alone_and_together(there):
    held = there("people")
    page, table = held.page, held.records
    held.sort("record")
    exposed, causes = table.exposed.to_numpy(), table.cause[table.exposed].unique()
    label = table.label[table.exposed].mode()[0]
    search = {"search": "01"}, table.record.str.contains("01", regex=False)
    of_class = {"filter-class": label}, table.label == label
    cause = {"filter-cause": causes[0]}, table.cause == causes[0]
    only = {"only-exposed": True}, table.exposed
    middle = float(np.float32(np.median(table.exposure[exposed])))
    least = {"least-exposure": f"{100 * middle - 0.01:.4f}"}, table.exposure.astype(np.float32) >= middle - 1e-4
    chosen = [[search], [of_class], [cause], [only], [least], [search, of_class], [of_class, only, least],
              [cause, of_class, only], [search, of_class, only, least, cause]]  # fmt: skip
    for together in chosen:
        want = pd.Series(True, index=table.index)
        for how, rows in together:
            want &= rows
            for name, value in how.items():
                put(page, name, value)
        told = page.locator("#rows-told").inner_text()
        assert held.shown() == np.flatnonzero(want).tolist(), [h for h, _ in together]
        assert (str(int(want.sum())) in told) if want.any() else told == "No record matches"
        held.clear()
        assert len(held.shown()) == len(table)
    put(page, "search", "no such id")
    assert held.shown() == [] and page.locator("#download-csv").is_disabled()


def put(page, name: str, value) -> None:
    """Fill one field of the form, as a user would."""
    field = page.locator(f"#{name}")
    if value is True:
        field.check()
    elif name.startswith("filter"):
        option = field.locator("option").filter(has_text=re.compile("^" + re.escape(value) + r" \("))
        field.select_option(option.get_attribute("value"))
    else:
        field.fill(value)
        page.wait_for_timeout(20)


def test_the_picture_beside_an_id_is_that_records_picture(there):
    held = there("digits")
    data = pictures()
    true = np.asarray(data.x, dtype=float) / 16
    rows = {record: i for i, record in enumerate(data.ids)}

    def check():
        names = held.page.locator("#records-table tbody th bdi").all_inner_texts()
        shown = pictures_at(held.page.locator("#records-table tbody tr img.thumb"))
        assert len(names) == len(shown) > 0
        for record, (of, pixels) in zip(names, shown):
            away = np.abs(true - pixels).max(axis=(1, 2))
            assert of == rows[record] and away[of] < 0.02 and (away < 0.02).sum() == 1, record

    check()
    for name in ("record", "record", "label", "hits", "cause", "memorization"):
        held.sort(name)
        check()
        held.page.locator("#page-after").click()
        check()
    put(held.page, "search", "1")
    check()
    put(held.page, "only-exposed", True)
    check()
    held.clear()
    held.opener(held.shown()[3]).click()
    for _ in range(4):
        row = int(held.page.locator("#record-dialog").get_attribute("data-row") or -1)
        shown = pictures_at(held.page.locator("#record-dialog img.thumb"))
        assert shown[0][0] == row, "its own comes first"
        assert all(np.abs(pixels - true[of]).max() < 0.02 for of, pixels in shown)
        assert held.page.locator("#record-title bdi").inner_text() == data.ids[row]
        held.page.locator("#record-after").click()


@pytest.mark.parametrize("kind", ["people", "hostile"])
def test_downloads_hold_the_rows_of_the_table(there, tmp_path, kind):
    held = there(kind)
    table = held.records
    put(held.page, "only-exposed", True)
    held.sort("hits")
    want = table.iloc[held.shown()]
    assert 0 < len(want) < len(table)
    rows = list(csv.DictReader(io.StringIO(saved(held.page, "download-csv", tmp_path).decode("utf-8"), newline="")))
    exact = json.loads(saved(held.page, "download-json", tmp_path))
    assert len(rows) == len(exact) == len(want)
    for (_, true), row, one in zip(want.iterrows(), rows, exact):
        assert list(row) == list(one) and None not in row
        for name in row:
            if name in ("record", "label", "cause", "reason", "action"):
                assert one[name] == true[name], "JSON is exact"
                assert row[name] in (true[name], "'" + true[name])
                harmful = row[name].startswith(("=", "+", "-", "@", "\t", "\r")) and not is_number(row[name])
                assert not harmful, "no cell that a spreadsheet would run"
            elif name == "exposed":
                assert one[name] is bool(true[name]) and row[name].lower() == str(bool(true[name])).lower()
            elif one[name] is None:
                assert np.isnan(true[name]) and row[name] == ""
            else:
                assert np.float32(one[name]) == np.float32(true[name]) == np.float32(float(row[name]))
    if kind == "hostile":
        assert {r["record"] for r in exact} & set(HOSTILE), "hostile ids are among them"


def is_number(text: str) -> bool:
    """Whether a spreadsheet reads a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def saved(page, button: str, folder) -> bytes:
    """What a download button gives."""
    with page.expect_download() as waiting:
        page.locator(f"#{button}").click()
    path = folder / button
    waiting.value.save_as(path)
    return path.read_bytes()
