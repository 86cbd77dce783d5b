"""Selfcheck: it passes here, and each of its checks fails when what it looks at is broken."""

import importlib.util
import json
from dataclasses import replace

import numpy as np
import pytest

import standout
from standout.attacks import ATTACKS
from standout.cli import main
from standout.flows import selfcheck
from standout.flows.checks import extras, flip, golden, nulls, planted
from standout.flows.checks.outcome import Check
from standout.flows.selfcheck import CHECKS, outcomes, verdict

QUICK = (golden.signals_by_hand, golden.golden_scores, golden.published_code, flip.flip, extras.tables)


@pytest.fixture
def command(capsys):
    """command(words) -> (exit code, stdout, stderr), in this process."""

    def run(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as leave:
            main(list(words))
        return (leave.value.code, *capsys.readouterr())  # type: ignore[return-value]

    return run


def changed(monkeypatch, name, **parts):
    monkeypatch.setitem(ATTACKS, name, replace(ATTACKS[name], **parts))


@pytest.mark.slow
def test_all_of_it_from_the_command_line(command, tmp_path, monkeypatch):
    """Every check passes; nothing is left in the working folder or among the temporary ones."""
    (tmp_path / "here").mkdir()
    (tmp_path / "temporary").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    code, out, err = command("selfcheck", "--json")
    said = json.loads(out)
    assert [c["name"] for c in said["checks"] if c["passed"] is not True] == []
    assert (code, err, said["passed"]) == (0, "", True)
    assert len(said["checks"]) == len(CHECKS)
    assert said["attacks"] == {name: a.version for name, a in ATTACKS.items()}
    assert set(said["golden"]) == {*ATTACKS, "exposure"}
    assert not list((tmp_path / "here").iterdir())
    assert not list((tmp_path / "temporary").glob("standout*")), "what torch leaves there is its own"


@pytest.mark.parametrize("check", QUICK)
def test_quick_checks_pass(check):
    said = check()
    assert said.passed is True, said.line


def test_the_list_for_people(command, monkeypatch):
    monkeypatch.setattr(selfcheck.outcomes, "__defaults__", (QUICK,))
    code, out, err = command("selfcheck")
    lines = out.splitlines()
    assert (code, err, len(lines)) == (0, "", len(QUICK) + 1)
    assert all(line.startswith("passed  ") for line in lines[:-1])
    assert lines[-1].startswith(f"all {len(QUICK)} checks passed; standout {standout.__version__}")
    assert command("selfcheck", "--quiet") == (0, "", "")


def test_a_failure_is_said_and_exits_with_1(command, monkeypatch):
    def broken():
        raise OSError("disk\nfull")

    def absent():
        return Check("mlp", None, "not checked, needs standout[torch]")

    monkeypatch.setattr(selfcheck.outcomes, "__defaults__", ((*QUICK, broken, absent),))
    code, out, _ = command("selfcheck")
    lines = out.splitlines()
    assert code == 1
    assert lines[-3].startswith("FAILED  broken: OSError: disk full")
    assert lines[-2].startswith("skipped  mlp: not checked, needs standout[torch]")
    assert lines[-1].startswith(f"1 of {len(QUICK) + 1} checks failed, 1 not checked")
    assert command("selfcheck", "--quiet") == (1, "", "")
    code, out, _ = command("selfcheck", "--json")
    assert code == 1 and json.loads(out)["passed"] is False
    assert [c["passed"] for c in json.loads(out)["checks"]] == [True] * len(QUICK) + [False, None]


def test_without_extras_it_passes_and_says_so(monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name, *a: None if name in ("torch", "pyarrow") else real(name, *a)
    )
    found = list(outcomes((extras.mlp, extras.parquet)))
    assert [(c.name, c.passed, c.line) for c, _ in found] == [
        ("mlp", None, "not checked, needs standout[torch]"),
        ("records.parquet", None, "not checked, needs standout[parquet]"),
    ]
    assert verdict(found)["passed"] is True


def test_golden_sees_a_changed_score_a_changed_version_and_a_new_attack(monkeypatch):
    lira = ATTACKS["lira"]
    with monkeypatch.context() as patch:
        changed(patch, "lira", score=lambda t, r: lira.score(t, r) * (1 + 1e-9))  # type: ignore[misc]
        said = golden.golden_scores()
        assert said.passed is False and "lira off by 1e-09" in said.line
    with monkeypatch.context() as patch:
        changed(patch, "lira", version=lira.version + 1)
        said = golden.golden_scores()
        assert said.passed is False and f"lira has no golden scores of version {lira.version + 1}" in said.line
    monkeypatch.setitem(ATTACKS, "new", replace(lira, name="new"))
    said = golden.golden_scores()
    assert said.passed is False and "new has no golden scores" in said.line


def test_published_code_and_hand_work_are_looked_at(monkeypatch):
    lira = ATTACKS["lira"]
    with monkeypatch.context() as patch:
        changed(patch, "lira", score=lambda t, r: lira.score(t, r) + 1e-9)  # type: ignore[misc]
        said = golden.published_code()
        assert said.passed is False and said.line.startswith("lira off by")
    real = golden.all_signals
    monkeypatch.setattr(golden, "all_signals", lambda z, y: np.where(real(z, y) == 2000, 1999, real(z, y)))
    assert golden.signals_by_hand().passed is False


def test_flip_sees_an_attack_that_peeks(monkeypatch):
    """An attack whose score holds one bit of the target's own membership."""
    stored = golden.arrays("ours")

    def peeking(name, signals, members):
        scores = np.array(stored[name])
        return scores + 1e-15 * members if name == "rmia" else scores

    monkeypatch.setattr(flip, "recomputed", peeking)
    said = flip.flip()
    assert said.passed is False and "rmia at models 0 and 1" in said.line and "lira" not in said.line


def test_a_planted_leak_that_is_missed_fails(monkeypatch):
    monkeypatch.setattr(planted, "Giveaway", lambda rows: nulls.Noise(3))
    said = planted.planted_memory()
    assert said.passed is False and "found 0 of 12" in said.line


def test_a_leak_among_nulls_fails():
    """The nearest neighbour with its true labels is no null model."""
    said = nulls.nothing_found("null", standout.load("wine"), Honest())
    assert said.passed is False


class Honest:
    """The nearest neighbour, labels as they are."""

    def __call__(self, x, y, *, seed, sample_weight=None):
        from sklearn.neighbors import KNeighborsClassifier

        return KNeighborsClassifier(1).fit(x, y).predict_proba


def test_a_table_that_comes_back_changed_fails(monkeypatch):
    monkeypatch.setattr("standout.run.tables.unescaped", lambda text: text)
    said = extras.tables()
    assert said.passed is False and said.line.startswith("7 of 9")


def test_config_holds_versions_and_golden_values(tmp_path):
    run = standout.audit(
        standout.load("wine"), model="logistic-regression", shadows=4, jobs=1, attacks="lira,loss", out=tmp_path / "r"
    )
    config = json.loads((run.path / "config.json").read_text())
    assert config["attacks"] == {name: ATTACKS[name].version for name in ("lira", "loss")}
    assert config["golden"] == {name: golden.table()["attacks"][name]["golden"] for name in ("lira", "loss")}
