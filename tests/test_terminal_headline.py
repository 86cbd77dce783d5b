"""The headline in a terminal and in a file: counts that read well, lines, no figure that is cut, colour or none."""

import re
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from standout.terminal import headline
from tests.report.conftest import ATTACK, SUMMARY


@pytest.fixture
def shown(capsys, monkeypatch):
    """shown(columns, NAME=value, ..., exposed=...) -> what is printed; on a terminal of so many columns, or None."""

    def run(columns: int | None, exposed: int = 4, records: int = 40, **environment) -> str:
        for name in ("FORCE_COLOR", "NO_COLOR", "COLUMNS"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("TERM", "xterm-256color")
        if columns is not None:
            environment |= {"FORCE_COLOR": "1", "COLUMNS": str(columns)}
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        summary: dict[str, Any] = {**deepcopy(SUMMARY), "stable": None}
        summary["dataset"]["records"] = records
        summary["exposed"] |= {"count": exposed}
        summary["attacks"] = {"lira-one-variance": ATTACK, "lira": ATTACK}
        headline(SimpleNamespace(summary=summary, path=Path("a folder" * 20)))
        return capsys.readouterr().out

    return run


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_counts_read_well(shown):
    assert "2,030 of 4,000 records are exposed: recognised" in shown(None, 2030, 4000)
    assert (
        "1 of 40 records is exposed: recognised as training data in more than 10% of the trainings that used it,"
        in (shown(None, 1))
    )
    assert "none of 40 records was found to be exposed: recognised" in shown(None, 0)


def test_in_a_file_lines_are_whole_and_bare(shown):
    text = shown(None)
    assert "\x1b" not in text
    assert any(line.endswith("at one false alarm in 1,000") and "are exposed" in line for line in text.splitlines())
    assert "0.612 to 0.618" in text and "lira-one-variance" in text


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_on_a_narrow_terminal_lines_break_between_words_and_no_figure_is_cut(shown, columns):
    text = plain(shown(columns))
    assert "…" not in text and "0.612 to 0.618" in text and "lira-one-variance" in text
    said = text.split("attack ")[0]
    assert all(len(line) <= columns for line in said.splitlines())
    assert "recognised as training data" in " ".join(said.split())
    assert f"report: {Path('a folder' * 20) / 'report.html'}" in text, "a path can be copied"


def test_colour_and_none(shown):
    assert "\x1b[1;31m4 of 40" in shown(80) and "\x1b[1;32mnone of 40" in shown(80, 0)
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", shown(80, NO_COLOR="1"))
