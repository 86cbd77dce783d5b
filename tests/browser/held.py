"""The truth beside the page: the records table, what the page's scripts were given, and what the table shows by now."""

import base64
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from playwright.sync_api import Locator, Page

from standout.run.tables import read_records

KINDS = {"f4": "<f4", "i4": "<i4", "u4": "<u4", "u2": "<u2", "u1": "u1", "i1": "i1"}
COUNTED = """() => ({ rows: [...document.querySelectorAll('#records-table tbody tr')].map(r => Number(r.dataset.row)),
  more: !document.getElementById('page-after').disabled })"""


def unpacked(block: dict[str, str]) -> np.ndarray:
    """An array as the page holds it."""
    return np.frombuffer(base64.b64decode(block["b"]), dtype=KINDS[block["t"]])


@dataclass(frozen=True)
class Held:
    """One opened report beside its run folder."""

    page: Page
    run: Path

    @cached_property
    def payload(self) -> dict[str, Any]:
        """What the page's scripts were given."""
        return json.loads(self.page.locator("#explorer").text_content() or "")

    @cached_property
    def records(self) -> pd.DataFrame:
        """records.csv: row i is the page's row i, where the page holds all."""
        table = read_records(self.run)
        assert self.payload["rows"] == self.payload["records"] == len(table)
        return table

    @cached_property
    def panels(self) -> list[dict[str, np.ndarray]]:
        """Row, x and y of the points of each panel of the map."""
        return [{k: unpacked(p[k]) for k in ("row", "x", "y")} for p in self.payload["map"]["panels"]]

    def shown(self) -> list[int]:
        """Rows of the table, through all its pages, in order; ends at the first page."""
        rows: list[int] = []
        while True:
            seen = self.page.evaluate(COUNTED)
            rows += seen["rows"]
            if not seen["more"]:
                break
            self.page.locator("#page-after").click()
        while self.page.locator("#page-before").is_enabled():
            self.page.locator("#page-before").click()
        return rows

    def sort(self, name: str) -> None:
        """Press the head of a column."""
        self.page.locator(f"#records-table [data-sort={name}]").click()

    def clear(self) -> None:
        """No filter."""
        if self.page.locator("#clear-filters").is_visible():
            self.page.locator("#clear-filters").click()

    def opener(self, row: int) -> Locator:
        """The button in the table that opens a record."""
        return self.page.locator(f"#records-table tr[data-row='{row}'] button.open")

    def screen(self, panel: int) -> np.ndarray:
        """Where the points of a panel of the map stand on the screen, float (p, 2); the panel is scrolled into view."""
        chart = self.page.locator(f"#map .map-chart[data-panel='{panel}']")
        chart.scroll_into_view_if_needed()
        box = chart.bounding_box()
        assert box
        x, y = (self.panels[panel][side].astype(float) for side in "xy")
        across, down = (x + 0.02) / 1.04, 1 - (y + 0.02) / 1.04
        return np.column_stack([box["x"] + box["width"] * across, box["y"] + box["height"] * down])


PIXELS = """async images => { const found = [];
  for (const image of images) {
    for (let i = 0; i < 100 && !image.src; i++) await new Promise(done => setTimeout(done, 10));
    await image.decode();
    const c = document.createElement('canvas');
    Object.assign(c, { width: image.naturalWidth, height: image.naturalHeight });
    const pen = c.getContext('2d');
    pen.drawImage(image, 0, 0);
    const values = [...pen.getImageData(0, 0, c.width, c.height).data].filter((v, i) => i % 4 === 0);
    found.push({ row: Number(image.dataset.row), width: c.width, height: c.height, values });
  }
  return found; }"""


def pictures_at(images: Locator) -> list[tuple[int, np.ndarray]]:
    """(row that an image claims to show, its pixels: red, 0 to 1, (height, width)) of each image."""
    return [
        (one["row"], np.array(one["values"], dtype=float).reshape(one["height"], one["width"]) / 255)
        for one in images.evaluate_all(PIXELS)
    ]
