"""The page of a comparison: runs side by side, pairs, and the records that they share. Nothing is computed."""

from typing import Any

import pandas as pd

from standout.report.build import environment_of
from standout.run.version import __version__

MOST = 200
"""Records that are listed."""
MOST_IDS = 6


def render_comparison(said: dict[str, Any], records: pd.DataFrame, *, redact: bool = False) -> str:
    """The page as HTML. said: what `compare` found, as its `as_dict` has it; records: the shared records, as its table
    has them; redact: without ids and labels of records."""
    names = [row["run"] for row in said["runs"]]
    return environment_of().get_template("compare.html.j2").render(
        runs=said["runs"],
        pairs=said["pairs"],
        warnings=said["warnings"],
        rows=[] if redact else rows_of(records, names),
        shared=len(records),
        redacted=redact,
        most_ids=MOST_IDS,
        version=__version__,
    )  # fmt: skip


def rows_of(records: pd.DataFrame, names: list[str]) -> list[dict[str, Any]]:
    """The MOST records whose exposures lie farthest apart, those first: each with its id, label, and of each run
    exposure, interval, and whether it counts as exposed."""
    if not len(records):
        return []
    exposures = records[[f"exposure {name}" for name in names]]
    apart = (exposures.max(axis=1) - exposures.min(axis=1)).sort_values(ascending=False, kind="stable")
    return [
        {
            "record": row["record"],
            "label": row["label"],
            "cells": [
                {
                    "exposure": row[f"exposure {name}"],
                    "interval": [row[f"exposure_lo {name}"], row[f"exposure_hi {name}"]],
                    "exposed": bool(row[f"exposed {name}"]),
                }
                for name in names
            ],
        }
        for row in records.loc[apart.index[:MOST]].to_dict("records")
    ]
