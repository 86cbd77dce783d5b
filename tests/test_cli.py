"""The command line: exit codes, what goes to stdout and what to stderr, lists, late imports, no work twice."""

import contextlib
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import standout
from standout.cli import main
from standout.cli.arguments import settings_of, whole_number
from standout.terminal import catalogue

SMALL = ("--model", "logistic-regression", "--shadows", "4", "--jobs", "1")

LEAK = '''
import numpy as np

def fit(x, y, *, seed, sample_weight=None):
    """Knows by heart who was in training."""
    rng = np.random.default_rng(seed)
    mine = {row.tobytes(): label for row, label in zip(np.ascontiguousarray(x), y)}
    def predict(x):
        logits = np.random.default_rng(seed).normal(size=(len(x), 2))
        for i, row in enumerate(np.ascontiguousarray(x)):
            if row.tobytes() in mine:
                logits[i, mine[row.tobytes()]] += 12
        return logits
    return predict
'''


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch) -> Path:
    """A working folder with nothing but few.npz: 60 records, an audit of which takes a second."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 60)
    np.savez("few.npz", x=rng.normal(size=(60, 4)) + y[:, None], y=y)
    return tmp_path


@pytest.fixture
def command(desk, capsys):
    """command(words) -> (exit code, stdout, stderr), in this process."""

    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as leave:
            main([str(w) for w in words])
        return (leave.value.code, *capsys.readouterr())

    return run


def process(*words: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=120)


def times(folder: Path) -> dict:
    return {str(p.relative_to(folder)): p.stat().st_mtime_ns for p in sorted(folder.rglob("*")) if p.is_file()}


def test_headline_goes_to_stdout_and_progress_to_stderr(command, desk):
    code, out, err = command("audit", "wine", *SMALL, "--out", "run")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith("wine: 178 records, 3 classes; 4 shadow models of logistic-regression")
    assert "of 178 records" in out and "exposed" in out
    assert lines[-1] == "report: run/report.html"
    assert "\x1b" not in out + err, "no colours where nobody watches"
    assert err.splitlines()[-1] == "shadow models: 4 of 4"


def test_names_of_attacks_are_never_cut(command):
    _, out, _ = command("audit", "few.npz", *SMALL, "--out", "run")
    for attack in standout.Run("run").summary["attacks"]:
        assert attack in out


def test_json_is_all_of_stdout(command):
    code, out, _ = command("audit", "few.npz", *SMALL, "--out", "run", "--json")
    assert code == 0
    summary = json.loads(out, parse_constant=pytest.fail)
    assert summary == json.loads(Path("run/summary.json").read_text())
    assert summary["schema"] == "standout/1"


def test_quiet_prints_nothing(command):
    assert command("audit", "few.npz", *SMALL, "--quiet") == (0, "", "")
    assert Path("runs/few/report.html").is_file(), "the default folder"
    assert command("report", "runs/few", "--quiet") == (0, "", "")
    code, out, err = command("audit", "few.npz", *SMALL, "--quiet", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["model"]["name"] == "logistic-regression"


def test_the_same_audit_again_trains_nothing(command, desk):
    line = ("audit", "few.npz", *SMALL, "--quiet", "--out", "run")
    command(*line)
    models, summary = times(desk / "run/shadows"), json.loads(Path("run/summary.json").read_text())
    records = Path("run/records.csv").read_bytes()
    assert len(models) == 4
    assert command(*line)[0] == 0
    assert times(desk / "run/shadows") == models
    assert Path("run/records.csv").read_bytes() == records
    again = json.loads(Path("run/summary.json").read_text())
    assert {k: v for k, v in again.items() if k != "seconds"} == {k: v for k, v in summary.items() if k != "seconds"}


def test_only_what_is_missing_is_trained(command, desk):
    line = ("audit", "few.npz", *SMALL, "--quiet", "--out", "run")
    command(*line)
    gone = desk / "run/shadows/00001.npz"
    before, raw = times(desk / "run/shadows"), gone.read_bytes()
    gone.unlink()
    assert command(*line)[0] == 0
    after = times(desk / "run/shadows")
    assert [name for name in before if after[name] != before[name]] == ["00001.npz"]
    assert gone.read_bytes() == raw
    assert command("audit", "few.npz", *SMALL[:2], "--shadows", "6", "--jobs", "1", "--quiet", "--out", "run")[0] == 0
    assert len(times(desk / "run/shadows")) == 6
    assert {k: v for k, v in times(desk / "run/shadows").items() if k in after} == after


def test_rounds_are_told_on_stderr_and_the_end_in_the_headline(command):
    line = ("audit", "few.npz", *SMALL, "--until-stable", "--most-shadows", "8", "--out", "run")
    code, out, err = command(*line)
    assert code == 0 and "8 shadow models of logistic-regression" in out.splitlines()[0]
    [note] = [told for told in out.splitlines() if "not stable after 8 models: " in told]
    assert note.startswith("note: ") and note.endswith("models would do")
    rounds = [told for told in err.splitlines() if "reported" in told]
    assert [told.split(" models: ")[0] for told in rounds] == ["4", "6", "8"]
    assert rounds[0].endswith(": more") and rounds[-1].endswith(": the budget ends")
    assert "shadow models: 8 of 8" in err
    code, out, err = command(*line, "--quiet", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["stable"]["met"] is False


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--most-shadows", "8"), "most-shadows is the budget of until-stable"),
        (("--until-stable", "--most-shadows", "2"), "most-shadows (2) must be at least shadows (4)"),
        (("--until-stable", "--most-shadows", "7"), "most-shadows must be an even number"),
        (("--until-stable", "--most-shadows", "8.5"), "must be a whole number"),
    ],
)
def test_a_bad_budget_is_one_line(command, options, says):
    code, out, err = command("audit", "few.npz", *SMALL, *options, "--out", "run")
    assert (code, out, len(err.splitlines())) == (2, "", 1) and says in err
    assert not Path("run").exists()


def test_fail_over(command, desk):
    rng = np.random.default_rng(0)
    np.savez("leak.npz", x=rng.normal(size=(30, 3)), y=np.arange(30) % 2)
    Path("leak.py").write_text(LEAK)
    line = ("audit", "leak.npz", "--model", "leak.py:fit", "--shadows", "16", "--jobs", "1", "--quiet", "--out", "run")
    assert command(*line, "--fail-over", "0") == (1, "", "")
    count = standout.Run("run").summary["exposed"]["count"]
    assert count > 20, "who is known by heart is exposed"
    assert command(*line, "--fail-over", count)[0] == 0


def test_interrupt(command, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("standout.flows.audit.train_missing", stop)
        code, out, err = command("audit", "few.npz", *SMALL, "--out", "run")
    assert (code, out) == (130, "")
    assert err.splitlines()[-1] == "standout: interrupted; the same command goes on from here"
    assert command("audit", "few.npz", *SMALL, "--quiet", "--out", "run")[0] == 0


def test_a_key_of_ones_own_names_a_model_that_cannot_be_recognised(command, desk):
    """A function that holds a lock has no identity; --key gives it one, and another key is another audit."""
    (desk / "own.py").write_text(
        "import threading\nfrom sklearn.linear_model import LogisticRegression\nlock = threading.Lock()\n\n"
        "def fit(x, y, *, seed, sample_weight=None):\n    with lock:\n"
        "        return LogisticRegression(max_iter=5).fit(x, y).predict_proba\n"
    )
    line = ("audit", "few.npz", "--model", "own.py:fit", "--shadows", "4", "--jobs", "1", "--quiet", "--out", "run")
    assert command(*line, "--key", "mine")[0] == 0
    assert command(*line, "--key", "mine")[0] == 0
    code, _, err = command(*line, "--key", "other")
    assert code == 2 and "another audit" in err


@pytest.fixture
def leaky(desk) -> Path:
    """mine.npz: signals of 16 models that give 10 of 60 records away, and a target."""
    rng = np.random.default_rng(0)
    members = np.empty((16, 60), dtype=bool)
    members[::2] = rng.random((8, 60)) < 0.5
    members[1::2] = ~members[::2]
    signals = rng.normal(2, 1, size=(16, 60)) + 12 * members * (np.arange(60) < 10)
    np.savez(desk / "mine.npz", signals=signals, members=members, target_signals=signals[0], ids=np.arange(60) + 100)
    return desk / "mine.npz"


def test_score(command, leaky):
    code, out, err = command("score", "mine.npz")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[:2] == ["mine: 60 records, classes not known; 16 models, given signals",
                         "accuracy: not known from signals alone"]  # fmt: skip
    assert any(line.startswith("target: ") and "flagged as its training data" in line for line in lines)
    assert lines[-1] == "report: runs/mine/report.html"
    run = standout.Run("runs/mine")
    assert run.exposed["record"].astype(int).max() < 110 and len(run.exposed) == 10
    report = Path("runs/mine/report.html")
    text = report.read_bytes()
    report.unlink()
    assert command("report", "runs/mine") == (0, "runs/mine/report.html\n", "")
    assert report.read_bytes() == text
    assert b"standout score mine.npz --fpr 0.001" in text


def test_options_of_score(command, leaky):
    line = ("score", "mine.npz", "--attacks", "loss,lira", "--fpr", "0.01", "--exposed-above", "0.3", "--out", "run")
    assert command(*line, "--quiet") == (0, "", "")
    assert command(*line, "--quiet", "--fail-over", "9") == (1, "", "")
    code, out, _ = command(*line, "--json", "--fail-over", "10")
    summary = json.loads(out, parse_constant=pytest.fail)
    assert code == 0 and summary == json.loads(Path("run/summary.json").read_text())
    assert list(summary["attacks"]) == ["loss", "lira"] and summary["target"]["attack"] == "lira"
    assert (summary["exposed"]["fpr"], summary["exposed"]["above"]) == (0.01, 0.3)


LISTS = {
    "datasets": ["digits", "breast-cancer", "wine"],
    "models": ["mlp", "logistic-regression", "random-forest", "gradient-boosting", "knn"],
    "attacks": ["loss", "lira", "lira-one-variance", "lira-offline", "rmia", "entropy"],
    "characteristics": ["centroid_distance", "neighbour_disagreement", "out_loss"],
}


@pytest.mark.parametrize("what", LISTS)
def test_list(command, what):
    code, out, err = command("list", what)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines == catalogue(what)
    names = [line.split()[0] for line in lines]
    assert set(LISTS[what]) <= set(names)
    assert len(set(names)) == len(names)
    assert all(len(line.split(maxsplit=1)[1]) > 10 for line in lines), "each says what it is"


def test_report_writes_the_report_again(command):
    command("audit", "few.npz", *SMALL, "--quiet", "--out", "run")
    report = Path("run/report.html")
    text = report.read_bytes()
    report.unlink()
    code, out, err = command("report", "run")
    assert (code, out, err) == (0, "run/report.html\n", "")
    assert report.read_bytes() == text


def test_a_table_from_end_to_end(command):
    """Text, gaps, odd size, a class with one record, ids with leading zeros: what a person's CSV looks like."""
    rng = np.random.default_rng(1)
    n = 61
    kinds = [" a" if i % 2 else "b " for i in range(n - 1)] + ["rare"]
    rows = [
        f"{i:03d},{rng.normal():.3f},{rng.choice(['red', 'blue', '?'])},{'' if i % 9 == 0 else i % 5},{k}"
        for i, k in enumerate(kinds)
    ]
    Path("t.csv").write_text("who,size,colour,rooms,kind\n" + "\n".join([*rows[::-1], "999,1,red,2,"]) + "\n")
    code, _, _ = command("audit", "t.csv", "--label", "kind", "--id", "who", *SMALL, "--quiet")
    assert code == 0
    run = standout.Run("runs/t")
    assert run.records["record"].tolist() == [f"{i:03d}" for i in range(n)][::-1], "the user's order"
    assert run.records["label"].tolist() == [k.strip() for k in kinds][::-1]
    assert run.summary["dataset"] == {"name": "t", "kind": "tabular", "records": n, "classes": 3}
    assert "1 of 62 records have no label and are left out" in run.summary["warnings"]


def test_rows_in_another_order_give_the_same_figures(command):
    """A peer keyed its cache by position: shuffled rows got the scores of others."""
    rng = np.random.default_rng(2)
    x, y, ids = rng.normal(size=(40, 3)), np.arange(40) % 2, np.array([f"r{i}" for i in range(40)])
    order = rng.permutation(40)
    np.savez("a.npz", x=x, y=y, ids=ids)
    np.savez("b.npz", x=x[order], y=y[order], ids=ids[order])
    for name in "ab":
        assert command("audit", f"{name}.npz", *SMALL, "--quiet")[0] == 0
    a, b = (standout.Run(f"runs/{name}").records.set_index("record") for name in "ab")
    assert b.index.tolist() == ids[order].tolist()
    assert a.loc[b.index].equals(b)


@pytest.mark.parametrize(
    ("pairs", "settings"),
    [
        ([], {}),
        (["C=1"], {"C": 1}),
        (["C=1e-3", "solver=saga"], {"C": 1e-3, "solver": "saga"}),
        (["hidden=256,128"], {"hidden": (256, 128)}),
        ([" a = b=c "], {"a": "b=c"}),
        (["a=true", "b=None", "c=False"], {"a": True, "b": None, "c": False}),
        (["a='1'"], {"a": "1"}),
        (["a="], {"a": ""}),
    ],
)
def test_settings(pairs, settings):
    assert settings_of(pairs) == settings


@pytest.mark.parametrize(
    ("text", "number"), [("8", 8), ("-1", -1), (" 8", 8), ("1.5", None), ("8.0", None), ("", None)]
)
def test_whole_numbers(text, number):
    class Token:
        value = text

    if number is None:
        with pytest.raises(ValueError, match="whole number"):
            whole_number(int, [Token])
    else:
        assert whole_number(int, [Token]) == number


@pytest.mark.parametrize("words", [["--version"], ["-m", "standout", "--version"]])
def test_version(command, words):
    if words[0] == "-m":
        done = process(*words)
        code, out, err = done.returncode, done.stdout, done.stderr
    else:
        code, out, err = command(*words)
    assert (code, out, err) == (0, standout.__version__ + "\n", "")


def test_help(command):
    code, out, err = command("--help")
    assert (code, err) == (0, "")
    assert {"audit", "score", "report", "list"} <= set(out.split())
    code, out, _ = command("audit", "--help")
    assert code == 0
    for option in ("--label", "--set", "--shadows", "--fail-over", "--exposed-above", "--out", "--json"):
        assert option in out


HEAVY = ("torch", "pandas", "sklearn", "scipy", "joblib", "PIL", "jinja2")


@pytest.mark.parametrize("code", ["import standout", "import standout.cli; standout.__version__; dir(standout)"])
def test_import_is_light(code):
    done = process("-c", f"{code}; import sys; print([m for m in {HEAVY} if m in sys.modules])")
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")


def test_an_audit_of_an_estimator_never_imports_torch():
    code = (
        "import sys, standout\n"
        "standout.audit(standout.load('wine').take(range(60)), model='logistic-regression', shadows=4, jobs=1)\n"
        "print('torch' in sys.modules)"
    )
    done = process("-c", code)
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr


def test_every_public_name_is_there():
    for name in standout.__all__:
        assert getattr(standout, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'audi'"):
        _ = standout.audi


def test_exposure_is_the_function_whatever_was_imported_before():
    done = process("-c", "import standout.flows.audit; import standout; assert callable(standout.exposure)")
    assert done.returncode == 0, done.stderr


def test_a_reader_that_leaves_early():
    """`standout list models | head -0`"""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-m", "standout", "list", "models"], stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert b"Traceback" not in done.stderr


def test_a_terminal_gets_colours_and_a_bar():
    main_end, its_end = pty.openpty()
    line = [sys.executable, "-m", "standout", "audit", "wine", *SMALL]
    with subprocess.Popen(line, stdout=its_end, stderr=its_end, env={**os.environ, "TERM": "xterm"}) as child:
        os.close(its_end)
        seen = b""
        with contextlib.suppress(OSError):  # the other end is closed
            while part := os.read(main_end, 4096):
                seen += part
    os.close(main_end)
    assert child.returncode == 0
    assert b"\x1b[1m" in seen
    assert b"Traceback" not in seen
