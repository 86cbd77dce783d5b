"""`standout report` and `standout compare --report`: where they write, what they open, what they refuse."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import standout
from standout.cli import main
from standout.errors import InputError


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> list[Path]:
    """Two finished audits of the same 120 records, twelve of which leak; and a third that was asked to redact."""
    folder, labels, found = tmp_path_factory.mktemp("runs"), np.arange(120) % 3, []
    for seed in (0, 1, 2):
        rng = np.random.default_rng(seed)
        members = np.empty((16, 120), dtype=bool)
        members[0::2] = rng.random((8, 120)) < 0.5
        members[1::2] = ~members[0::2]
        signals = rng.normal(2, 1, (16, 120)) + (8 - seed) * members * (np.arange(120) < 12)
        ids = [f"anna-{i}" for i in range(120)]
        out = folder / f"run{seed}"
        standout.score(signals=signals, members=members, labels=labels, ids=ids, out=out, redact=seed == 2, name="toy")
        found.append(out)
    return found


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """command(words) -> (exit code, stdout, stderr), in this process and an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as leave:
            main([str(w) for w in words])
        code = leave.value.code
        assert isinstance(code, int)
        return (code, *capsys.readouterr())

    return run


def test_out_leaves_the_run_as_it_is(command, runs):
    own = (runs[0] / "report.html").read_bytes()
    assert command("report", runs[0], "--redact", "--out", "short.html") == (0, "short.html\n", "")
    assert b"anna" not in Path("short.html").read_bytes() and (runs[0] / "report.html").read_bytes() == own
    assert command("report", runs[0], "--out", "whole.html", "--quiet") == (0, "", "")
    assert Path("whole.html").read_bytes() == own and Path("whole.html").stat().st_mode & 0o077 == 0


def test_ids_are_given_when_asked(command, runs):
    assert command("report", runs[2], "--redact", "--ids", "--out", "ids.html")[0] == 0
    assert b"anna-" in Path("ids.html").read_bytes() and b"anna-" not in (runs[2] / "report.html").read_bytes()
    code, out, err = command("report", runs[0], "--ids", "--out", "no.html")
    assert (code, out) == (2, "") and err.startswith("standout: --ids goes with --redact") and err.count("\n") == 1
    assert not Path("no.html").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="BROWSER names a program")
def test_open_hands_the_file_to_the_browser(command, runs, tmp_path, monkeypatch):
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {tmp_path}/asked\n')
    browser.chmod(0o755)
    import webbrowser

    monkeypatch.setattr(webbrowser, "_tryorder", None)
    monkeypatch.setattr(webbrowser, "_browsers", {})
    monkeypatch.setenv("BROWSER", str(browser))
    assert command("report", runs[0], "--open", "--out", "a b.html") == (0, "a b.html\n", "")
    assert (tmp_path / "asked").read_text() == (tmp_path / "a b.html").as_uri()


def test_without_a_browser_one_line_says_so(command, runs, monkeypatch):
    import webbrowser

    monkeypatch.setattr(webbrowser, "_tryorder", [])
    monkeypatch.setattr(webbrowser, "_browsers", {})
    code, out, err = command("report", runs[0], "--open", "--out", "a.html")
    assert (code, out) == (0, "a.html\n") and err == "standout: no browser is known here; open a.html by hand\n"


def test_compare_writes_a_page(command, runs):
    code, out, _ = command("compare", runs[0], runs[1], "--report", "both.html")
    assert code == 0 and out.endswith("report: both.html\n") and b"anna-" in Path("both.html").read_bytes()
    code, out, _ = command("compare", runs[0], runs[1], "--report", "short.html", "--redact", "--json")
    assert code == 0 and json.loads(out)["schema"] == "standout-compare/1"
    assert b"anna-" not in Path("short.html").read_bytes()
    assert command("compare", runs[0], runs[1], "--report", "q.html", "--quiet") == (0, "", "")


def test_a_run_that_redacts_makes_the_comparison_redact(command, runs):
    assert command("compare", runs[0], runs[2], "--report", "c.html", "--quiet")[0] == 0
    assert b"anna-" not in Path("c.html").read_bytes() and b"Redacted" in Path("c.html").read_bytes()


def test_compare_refuses(command, runs):
    for words, said in ((("--redact",), "--report FILE"), (("--report", "no/such/f.html"), "cannot be written")):
        code, out, err = command("compare", runs[0], runs[1], *words)
        assert (code, out) == (2, "") and said in err and err.count("\n") == 1
    assert not Path("no").exists()


def test_python_does_the_same(runs, tmp_path):
    run = standout.Run(runs[0])
    own = run.report(tmp_path / "own.html")
    assert own.read_bytes() == (runs[0] / "report.html").read_bytes()
    assert b"anna" not in run.report(tmp_path / "short.html", redact=True).read_bytes()
    assert b"anna-" in run.report(tmp_path / "ids.html", redact=True, ids=True).read_bytes()
    with pytest.raises(InputError, match="ids goes with redact"):
        run.report(tmp_path / "no.html", ids=True)
    assert not (tmp_path / "no.html").exists()
    page = standout.compare(runs[0], runs[1]).report(tmp_path / "both.html", redact=True)
    assert b"anna" not in page.read_bytes()


def test_a_notebook_is_told_what_the_run_may_show(runs):
    whole, redacted = standout.Run(runs[0])._repr_html_(), standout.Run(runs[2])._repr_html_()
    assert whole is not None and redacted is not None
    assert "anna-" in whole and "anna-" not in redacted and "Ids are not shown" in redacted
    assert "anna-" not in standout.compare(runs[0], runs[1])._repr_html_()
    assert standout.Run(runs[0], shard="1/2")._repr_html_() is None
