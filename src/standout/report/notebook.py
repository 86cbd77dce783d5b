"""What a notebook shows of a run and of a comparison: a few lines of HTML without script, style sheet or address."""

from typing import Any

import pandas as pd

from standout.report.build import environment_of
from standout.report.page import leading_first, plain_row

MOST = 10
"""Exposed records that are listed."""


def of_run(summary: dict[str, Any], exposed: pd.DataFrame, report: str, *, redact: bool) -> str:
    """Headline, attacks, the most exposed records, and where the report lies.

    exposed: exposed rows of the records table, most exposed first; redact: without ids and labels of records.
    """
    rows = [] if redact else [plain_row(r) for r in exposed.head(MOST).to_dict("records")]
    template = environment_of().get_template("notebook_run.html.j2")
    return template.render(s=summary, attacks=leading_first(summary), rows=rows, report=report, redacted=redact)


def of_comparison(said: dict[str, Any]) -> str:
    """Figures of each run, what is exposed in both of each pair, and notes; no id. said: `Comparison.as_dict`."""
    template = environment_of().get_template("notebook_compare.html.j2")
    return template.render(runs=said["runs"], pairs=said["pairs"], warnings=said["warnings"])
