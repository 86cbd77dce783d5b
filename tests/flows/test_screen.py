"""`standout screen`, and audits of the records that it ranks first."""

import json
import stat
from typing import Any

import numpy as np
import pandas as pd
import pytest

import standout
from standout.cli import main
from standout.flows.choosing import question
from standout.recipes import recipe_of

from .recipes_for_tests import blobs

pytestmark = pytest.mark.usefixtures("unexplained")


def records(n: int = 240):
    """Blobs of which ten carry a wrong label; ids are unlike places."""
    x, y = blobs(n)
    x = x + 3 * y[:, None]
    wrong = np.arange(5, 55, 5)
    y = y.copy()
    y[wrong] = (y[wrong] + 1) % 3
    return x, y, np.array([f"p{(7 * i) % n:03d}" for i in range(n)]), wrong


def ranked(out=None, order=None, model: Any = "logistic-regression", **more):
    x, y, ids, _ = records()
    order = np.arange(len(y)) if order is None else order
    return standout.screen(x[order], y[order], ids=ids[order].tolist(), model=model, out=out, **more)


def test_flipped_labels_rank_first_in_any_order(tmp_path):
    _, _, ids, wrong = records()
    found = ranked(tmp_path / "s")
    assert set(ids[wrong]) <= set(found.first(20)["record"])
    assert found.records["record"].tolist() == ids.tolist()
    assert sorted(found.records["rank"]) == list(range(1, 241))
    order = np.random.default_rng(0).permutation(240)
    other = ranked(order=order)
    assert other.records["record"].tolist() == ids[order].tolist()
    by_id = [t.records.set_index("record").sort_index() for t in (found, other)]
    pd.testing.assert_frame_equal(*by_id, check_exact=True)


def test_nets_are_ranked_by_their_traces():
    pytest.importorskip("torch")
    settings = {"epochs": 30, "hidden": 64, "lr": 0.01}  # enough to learn them by heart
    found = ranked(model="mlp", settings=settings)
    assert found.summary["ranked_by"] == ["loss_trace_iqr", "el2n", "centroid_margin"]
    assert set(records()[2][records()[3]]) <= set(found.first(30)["record"])
    again = ranked(model="mlp", settings=settings, seed=1)
    assert not again.records["suspicion"].equals(found.records["suspicion"])


def test_files(tmp_path):
    found = ranked(tmp_path / "new" / "s")
    assert stat.S_IMODE((tmp_path / "new" / "s").stat().st_mode) == 0o700
    names = sorted(p.name for p in found.path.iterdir())
    assert names == ["screen.csv", "screen.json"]
    assert {stat.S_IMODE((found.path / n).stat().st_mode) for n in names} == {0o600}
    assert json.loads((found.path / "screen.json").read_text()) == found.summary
    read = pd.read_csv(found.path / "screen.csv", dtype={"record": str, "label": str})
    pd.testing.assert_frame_equal(read, found.records, check_exact=True)
    ranked(found.path, seed=1)  # an earlier screening may be written anew
    path = ranked().path
    assert not path.exists()  # nobody holds it any more


def test_refused(tmp_path, capsys):
    x, y, _, _ = records()
    audit = standout.audit(x, y, model="knn", shadows=4, jobs=1, out=tmp_path / "run")
    before = {p.name: p.read_bytes() for p in audit.path.glob("*.*")}
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("x")
    for out, says in (("run", "holds an audit"), ("other", "'mine.txt'")):
        with pytest.raises(standout.InputError, match=says):
            ranked(tmp_path / out)
    assert before == {p.name: p.read_bytes() for p in audit.path.glob("*.*")}
    with pytest.raises(standout.InputError, match="seed must be 0 or more"):
        ranked(tmp_path / "no", seed=-1)
    with pytest.raises(standout.InputError, match="failed in the training for screening: ZeroDivisionError"):
        ranked(tmp_path / "no", model=lambda x, y, *, seed, sample_weight=None: 1 / 0, settings=None)
    assert not (tmp_path / "no").exists()
    with pytest.raises(SystemExit) as end:
        main(["screen", "digits", "--model", "mpl", "--out", str(tmp_path / "no")])
    err = capsys.readouterr().err
    assert end.value.code == 2 and err.count("\n") == 1 and not (tmp_path / "no").exists()


def test_command_line(tmp_path, capsys):
    for more in ([], ["--json"], ["--quiet"]):
        with pytest.raises(SystemExit) as end:
            main(["screen", "wine", "--model", "logistic-regression", "--out", str(tmp_path / "s"), *more])
        out = capsys.readouterr().out
        assert end.value.code == 0
        if more == ["--json"]:
            assert json.loads(out)["schema"] == "standout-screen/1"
        elif more:
            assert not out
        else:
            assert "screen.csv" in out and "rank" in out


def audit(out=None, order=None, **more):
    x, y, ids, _ = records()
    order = np.arange(len(y)) if order is None else order
    asked = {"model": "logistic-regression", "shadows": 16, "jobs": 1, "attacks": "loss", "records": 40, **more}
    return standout.audit(x[order], y[order], ids=ids[order].tolist(), records_from="screen", out=out, **asked)


def test_audit_of_those_that_rank_first(tmp_path):
    run = audit(tmp_path / "a")
    assert set(run.records["record"]) == set(ranked().first(40)["record"])
    assert "rank highest after one training" in run.summary["warnings"][0]
    assert run.summary["shadows"]["in_all"] == 200
    other = audit(order=np.random.default_rng(1).permutation(240))
    by_id = [r.records.set_index("record").sort_index() for r in (run, other)]
    pd.testing.assert_frame_equal(*by_id, check_exact=True)
    before = (run.path / "records.csv").read_bytes()
    x, y, ids, _ = records()
    run.explain(x, y, ids=ids)
    assert (run.path / "records.csv").read_bytes() == before


def test_resumed_it_trains_nothing_and_keeps_its_choice(tmp_path, monkeypatch):
    audit(tmp_path / "a")
    names = ("records.csv", "config.json", "figures.json")
    before = {n: (tmp_path / "a" / n).read_bytes() for n in names}
    (tmp_path / "a" / "shadows" / "00003.npz").unlink()
    monkeypatch.setattr("standout.flows.choosing.screened", lambda *_: pytest.fail("screened again"))
    audit(tmp_path / "a")
    assert before == {n: (tmp_path / "a" / n).read_bytes() for n in names}
    monkeypatch.undo()
    with pytest.raises(standout.InputError, match="screened"):
        audit(tmp_path / "a", records=50)
    config = json.loads((tmp_path / "a" / "config.json").read_text())
    del config["chosen"]["places"]
    (tmp_path / "a" / "config.json").write_text(json.dumps(config))
    x, y, ids, _ = records()
    with pytest.raises(standout.InputError, match="which of these records"):
        standout.Run(tmp_path / "a").explain(x, y, ids=ids)


def test_whole_groups_go_by_their_first_record():
    groups = np.arange(240) // 4
    run = audit(groups=groups, records=42)
    _, _, ids, _ = records()
    place = {i: k for k, i in enumerate(ids)}
    chosen = sorted({int(groups[place[i]]) for i in run.records["record"]})
    assert len(run.records) == 40 and len(chosen) == 10
    first = [int(groups[place[i]]) for i in ranked().first(240)["record"]]
    assert chosen == sorted(dict.fromkeys(first[: first.index(list(dict.fromkeys(first))[10])]))


def test_the_question_is_the_same_for_rows_in_another_order():
    x, y, ids, _ = records()
    groups, recipe = np.arange(240) // 4, recipe_of("logistic-regression")
    order = np.random.default_rng(2).permutation(240)
    asked = [
        question(standout.Dataset(x[o], y[o], ids=ids[o].tolist(), groups=groups[o]), recipe, 0, 40, None)
        for o in (np.arange(240), order)
    ]
    assert asked[0] == asked[1] is not None
    whole = standout.Dataset(x, y, ids=ids.tolist(), groups=groups)
    assert len({question(whole, recipe, seed, n, None) for seed in (0, 1) for n in (40, 50)} | {asked[0]}) == 4


def test_shards_and_default_number(tmp_path):
    for i in (1, 2):
        audit(tmp_path / f"s{i}", shard=f"{i}/2")
    x, y, ids, _ = records()
    joined = standout.merge([tmp_path / "s1", tmp_path / "s2"], x, y, ids=ids.tolist(), out=tmp_path / "all")
    whole = audit(tmp_path / "whole")
    assert (joined.path / "records.csv").read_bytes() == (whole.path / "records.csv").read_bytes()
    assert len(audit(records=None).records) == 100
    assert audit().summary["screening"]["records"] == 40


def test_what_does_not_go_together(tmp_path):
    for more, says in (
        ({"records": 240}, "give a smaller records"),
        ({"target": lambda x: np.zeros((len(x), 3))}, "does not go with a target"),
    ):
        with pytest.raises(standout.InputError, match=says):
            audit(tmp_path / "a", **more)
    with pytest.raises(standout.InputError, match="must be random or screen"):
        x, y, _, _ = records()
        standout.audit(x, y, model="knn", shadows=4, records_from="top", out=tmp_path / "a")
    assert not (tmp_path / "a").exists()
