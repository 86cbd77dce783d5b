"""Rounds until an audit is stable: the models are those of any audit of that size, whatever happened on the way."""

import json
import os
import signal
import time

import jsonschema
import pytest
from sklearn.linear_model import LogisticRegression

import standout
from standout.errors import InputError
from standout.flows.rounds import round_ends, told
from standout.flows.targets import Target
from standout.run.schema import summary_schema

from .processes import finished, rounds, start
from .recipes_for_tests import Memory, blobs
from .test_resume import content

FILES = ("records.csv", "records.parquet", "figures.json")


def audit(folder, **change):
    x, y = blobs(60)
    asked = {"x": x, "y": y, "model": LogisticRegression(), "shadows": 6, "jobs": 1, "out": folder, "attacks": "lira"}
    return standout.audit(**{**asked, **change})


def untimed(run) -> dict:
    return {k: v for k, v in run.summary.items() if k != "seconds"}


@pytest.mark.parametrize(
    ("first", "most", "stack", "ends"),
    [
        (64, 512, 8, [64, 96, 144, 216, 328, 512]),
        (64, 64, 8, [64]),
        (64, 70, 8, [64, 70]),
        (12, 100, 8, [16, 24, 40, 64, 100]),
        (12, 14, 8, [14]),
        (4, 16, 2, [4, 6, 10, 16]),
        (4, 30, 3, [6, 12, 18, 30]),
    ],
)
def test_rounds_are_whole_stacks_up_to_the_budget(first, most, stack, ends):
    assert round_ends(first, most, stack) == ends


@pytest.mark.parametrize(
    ("target", "seen", "says"),
    [
        (0.5, 0.62, ".62 (target .5)"),
        (0.01, 0.0101, ".0101 (target .01)"),
        (1 / 3, 1.0, "1 (target .33)"),
        (0.5, None, "none (target .5)"),
    ],
)
def test_a_shortfall_is_told_apart_from_its_target(target, seen, says):
    assert told(Target(target, seen, False)) == says


def test_an_audit_without_rounds_says_so(tmp_path):
    run = audit(tmp_path / "a")
    assert run.summary["stable"] is None and run.summary["seconds"]["rounds"] == 0


def test_the_budget_ends_and_says_what_it_would_need(tmp_path):
    lines, bar = [], []
    run = audit(
        tmp_path / "a", until_stable=True, most_shadows=14, note=lines.append, progress=lambda *at: bar.append(at)
    )
    jsonschema.validate(run.summary, summary_schema())
    stable = run.summary["stable"]
    assert stable["met"] is False and stable["targets"]["detectable"]["met"] is False
    assert [r["models"] for r in stable["rounds"]] == [6, 10, 14] and run.summary["shadows"]["count"] == 14
    assert stable["would_need"] is None or 14 < stable["would_need"] <= 16 * 14
    [warning] = [w for w in run.summary["warnings"] if "stable" in w]
    assert warning.startswith("not stable after 14 models: ") and "(target .5)" in warning
    assert warning.endswith("models would do")
    assert [line.split(" models: ")[0] for line in lines] == ["6", "10", "14"]
    assert lines[0].endswith(": more") and lines[-1].endswith(": the budget ends")
    assert [total for _, total in bar] == sorted(total for _, total in bar) and bar[-1] == (14, 14)
    page = (run.path / "report.html").read_text()
    assert "Are there shadow models enough?" in page and "the most that this audit was allowed" in page


def test_what_is_learnt_by_heart_is_stable_at_once(tmp_path):
    lines = []
    run = audit(tmp_path / "a", model=Memory(), shadows=16, until_stable=True, note=lines.append)
    stable = run.summary["stable"]
    assert stable["met"] and stable["would_need"] is None and run.summary["shadows"]["count"] == 16
    assert all(t["met"] for t in stable["targets"].values()) and stable["rounds"][0]["unmet"] == []
    assert lines == ["16 models: 60 reported: stable"]
    assert not any("stable" in w for w in run.summary["warnings"])
    assert "All targets are met with 16 shadow models" in (run.path / "report.html").read_text()


def test_the_last_round_saw_what_the_summary_says(tmp_path):
    s = audit(tmp_path / "a", until_stable=True, most_shadows=10, model="knn", attacks=None).summary
    seen, last = s["stable"]["rounds"][-1]["seen"], s["stable"]["rounds"][-1]
    assert last["models"] == 10 and last["reported"] == s["exposed"]["count"]
    assert seen == {name: t["seen"] for name, t in s["stable"]["targets"].items()}
    assert seen["detectable"] == s["exposed"]["detectable"]
    for name, ci in (("auc", s["attacks"]["moderated"]["auc_ci"]), ("gap", s["accuracy"]["gap_ci"])):
        assert seen[name] == pytest.approx((ci[1] - ci[0]) / 2)


MLP = {"model": "mlp", "settings": {"epochs": 2, "hidden": 8}}


def test_models_and_records_are_those_of_a_fixed_number(tmp_path):
    """Also where --shadows is no whole stack: rounds are, so the stacks are those of the longer audit."""
    run = audit(tmp_path / "a", **MLP, shadows=10, until_stable=True, most_shadows=28)
    assert [r["models"] for r in run.summary["stable"]["rounds"]] == [16, 28]
    fixed = audit(tmp_path / "b", **MLP, shadows=28)
    assert content(run.path, *FILES) == content(fixed.path, *FILES)


def test_models_that_are_there_already_decide_nothing(tmp_path):
    asked = {"until_stable": True, "shadows": 8, "most_shadows": 16}
    alone = audit(tmp_path / "a", **MLP, **asked)
    audit(tmp_path / "b", **MLP, shadows=24)
    stored = content(tmp_path / "b")
    run = audit(tmp_path / "b", **MLP, **asked)
    assert untimed(run) == untimed(alone)
    assert content(tmp_path / "b") == stored, "nothing is trained, nothing is lost"
    for name in FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_killed_at_any_round_it_ends_with_the_same_bytes(tmp_path):
    finished(rounds, tmp_path / "whole")
    plan, *lines = (tmp_path / "whole.txt").read_text().splitlines()
    assert plan.startswith("mlp: stacks of 8 in ")
    assert [line.split()[0] for line in lines] == ["8", "16", "24"]
    for models in (8, 11, 16):  # 8 and 16: while a round is judged
        process = start(rounds, tmp_path / "cut")
        deadline = time.time() + 120
        while len(list((tmp_path / "cut" / "shadows").glob("[0-9]*.npz"))) < models and time.time() < deadline:
            time.sleep(0.002)
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        assert not (tmp_path / "cut" / "summary.json").exists()
    finished(rounds, tmp_path / "cut")
    assert (tmp_path / "cut.txt").read_text().splitlines() == lines
    assert content(tmp_path / "whole", "config.json", *FILES) == content(tmp_path / "cut", "config.json", *FILES)
    assert untimed(standout.Run(tmp_path / "whole")) == untimed(standout.Run(tmp_path / "cut"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"most_shadows": 100}, "most-shadows is the budget of until-stable"),
        ({"until_stable": True, "most_shadows": 4}, r"most-shadows \(4\) must be at least shadows \(6\)"),
        ({"until_stable": True, "shadows": 600}, r"most-shadows \(512\) must be at least shadows \(600\)"),
        ({"until_stable": True, "most_shadows": 33}, "most-shadows must be an even number, not 33"),
        ({"until_stable": True, "most_shadows": 33.0}, "most-shadows must be a whole number"),
        ({"until_stable": True, "most_shadows": True}, "most-shadows must be a whole number"),
        ({"until_stable": 1}, "until-stable must be True or False, not 1"),
    ],
)
def test_bad_budgets_are_one_line_and_make_nothing(tmp_path, change, says):
    with pytest.raises(InputError, match=says) as refusal:
        audit(tmp_path / "a", **change)
    assert "\n" not in str(refusal.value) and not (tmp_path / "a").exists()


def test_the_command_in_the_report_asks_for_the_same(tmp_path):
    x, y = blobs(60)
    run = standout.audit(
        x, y, model="logistic-regression", shadows=6, until_stable=True, most_shadows=8, jobs=1, out=tmp_path / "a"
    )
    asked = json.loads((run.path / "config.json").read_text())["asked"]
    assert asked["shadows"] == 6 and asked["until_stable"] is True and asked["most_shadows"] == 8
    page = " ".join((run.path / "report.html").read_text().split())
    assert "--shadows 6 --until-stable --most-shadows 8" in page.replace("\\ ", "")
