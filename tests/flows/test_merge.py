"""Shards of an audit, joined, are the audit; what does not fit together is refused in one line and makes nothing."""

import hashlib
import json
import os
import shutil
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import standout
from standout.cli import main
from standout.errors import InputError
from standout.shadows.shard import Shard

from .recipes_for_tests import blobs

pytestmark = pytest.mark.usefixtures("unexplained")

BYTES = ("config.json", "records.csv", "records.parquet", "figures.json")


def content(folder: Path) -> dict[str, str]:
    files = [*sorted((folder / "shadows").iterdir()), *(p for n in BYTES if (p := folder / n).exists())]
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def summary(folder: Path) -> dict:
    return {k: v for k, v in standout.Run(folder).summary.items() if k != "seconds"}


def audit(out, shard=None, **change):
    x, y = blobs(60)
    given = {"x": x, "y": y, "model": LogisticRegression(), "shadows": 10, "jobs": 1, "attacks": "loss,moderated"}
    return standout.audit(**{**given, "out": out, **({"shard": shard} if shard else {}), **change})


@pytest.fixture
def halves(tmp_path) -> list[Path]:
    """Two shards of one audit."""
    return [audit(tmp_path / f"half{i}", f"{i}/2").path for i in (1, 2)]


@pytest.fixture
def table(tmp_path, monkeypatch) -> Path:
    """A folder with data.csv, in which we stand: with a constant column, a record without label and an odd order."""
    monkeypatch.chdir(tmp_path)
    x, y = blobs(60)
    frame = pd.DataFrame(x, columns=list("abcd")).assign(flat=1, who=[f"p{i % 7}{i}" for i in range(60)], label=y)
    frame["label"] = frame["label"].astype(object).where(np.arange(60) != 5, "?")
    frame.to_csv("data.csv", index=False)
    return tmp_path


def command(*words) -> int:
    with pytest.raises(SystemExit) as leave:
        main([str(w) for w in words])
    return leave.value.code


TABLE = (
    "data.csv",
    "--label",
    "label",
    "--id",
    "who",
    "--model",
    "logistic-regression",
    "--shadows",
    "10",
    "--jobs",
    1,
)


@pytest.mark.slow
def test_shards_joined_end_with_the_bytes_of_the_whole(table, capsys, of=3):
    assert command("audit", *TABLE, "--out", "whole") == 0
    for i in range(1, of + 1):
        capsys.readouterr()
        assert command("audit", *TABLE, "--shard", f"{i}/{of}", "--out", f"r{i}") == 0
        said = capsys.readouterr().out
        assert said.count("\n") == 1 and f"shard {i}/{of} is trained" in said and "standout merge" in said
        assert sorted(p.name for p in Path(f"r{i}").iterdir()) == ["config.json", "shadows"]
    assert command("merge", *(f"r{i}" for i in range(1, of + 1)), "--out", "joined") == 0
    assert content(Path("joined")) == content(Path("whole"))
    assert summary(Path("joined")) == summary(Path("whole"))
    assert any("left out" in line for line in summary(Path("joined"))["warnings"])
    assert Path("joined/shadows/00000.npz").stat().st_nlink == 2, "linked: takes no room"


@pytest.mark.slow
def test_joined_again_or_into_the_audit_nothing_moves(table, halves):
    whole = audit(table / "whole")
    x, y = blobs(60)
    before = {p.name: p.stat().st_mtime_ns for p in (whole.path / "shadows").iterdir()}
    assert standout.merge([*halves, halves[0]], x, y, out=whole.path).records.equals(whole.records)
    assert {p.name: p.stat().st_mtime_ns for p in (whole.path / "shadows").iterdir()} == before
    assert audit(whole.path, progress=lambda done, total: done == total or pytest.fail("trained")).path == whole.path


@pytest.mark.slow
def test_files_are_copied_where_they_cannot_be_linked(tmp_path, halves, monkeypatch):
    def refuse(*_):
        raise OSError("another file system")

    monkeypatch.setattr(os, "link", refuse)
    joined = standout.merge(halves, *blobs(60), out=tmp_path / "joined")
    assert content(joined.path) == content(audit(tmp_path / "whole").path)
    file = joined.path / "shadows" / "00000.npz"
    assert file.stat().st_nlink == 1 and file.stat().st_mode & 0o777 == 0o600


def test_a_shard_is_a_run_without_figures(tmp_path):
    run = audit(tmp_path / "a", " 2/2 ")
    assert run.shard == "2/2" and "2/2" in repr(run)
    assert sorted(p.name for p in (run.path / "shadows").iterdir()) == [
        "00002.npz",
        "00003.npz",
        "00006.npz",
        "00007.npz",
    ]
    for ask in (
        lambda: run.summary,
        lambda: run.records,
        lambda: run.report(tmp_path / "r.html"),
        lambda: standout.Run(run.path),
    ):
        with pytest.raises(InputError, match=r"holds shard 2/2 of an audit; .*standout merge"):
            ask()


def test_a_shard_goes_on_where_it_was_and_a_whole_audit_too(tmp_path):
    one = audit(tmp_path / "a", "1/2").path
    (one / "shadows" / "00004.npz").unlink()
    kept = {p.name: p.stat().st_mtime_ns for p in (one / "shadows").iterdir()}
    audit(one, "1/2")
    now = {p.name: p.stat().st_mtime_ns for p in (one / "shadows").iterdir()}
    assert now.keys() == {*kept, "00004.npz"} and now.items() >= kept.items()
    assert content(audit(one).path) == content(audit(tmp_path / "whole").path)


def refused(says: str, runs, out: Path, *data, **options) -> None:
    before = {p: content(p) for p in runs if (p / "shadows").is_dir()}
    with pytest.raises(InputError, match=says) as refusal:
        standout.merge(runs, *data, out=out, **options)
    assert "\n" not in str(refusal.value)
    assert not out.exists() and all(content(p) == was for p, was in before.items())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"seed": 1}, "seed: 0 there, 1 here"),
        ({"model": LogisticRegression(C=2.0)}, "C: 1.0 there, 2.0 here"),
        ({"y": 1 - (blobs(60)[1] > 0)}, "data differs"),
        ({"shadows": 12}, "shadows: 10 there, 12 here"),
        ({"fpr": 0.01}, "fpr: 0.001 there, 0.01 here"),
    ],
)
def test_shards_of_other_audits_are_refused(tmp_path, halves, change, says):
    other = audit(tmp_path / "other", "2/2", **change).path
    refused(f"not shards of one audit with one plan: .*{says}", [halves[0], other], tmp_path / "joined", *blobs(60))


def test_another_plan_is_refused(tmp_path, halves):
    config = json.loads((halves[1] / "config.json").read_text())
    config["plan"] |= {"stack_size": 10, "stacks": [[0, 10]], "keep": ["log-probabilities"]}
    (halves[1] / "config.json").write_text(json.dumps(config))
    refused("stack_size: 2 there, 10 here", halves, tmp_path / "joined", *blobs(60))


def test_what_is_missing_is_named(tmp_path, halves):
    out, data = tmp_path / "joined", blobs(60)
    refused(r"shard 2/2 is missing \(4 models, the first of them model 2\)", halves[:1], out, *data)
    (halves[1] / "shadows" / "00007.npz").unlink()
    refused(r"shard 2/2 is not finished: run it again \(1 models, .*model 7\)", halves, out, *data)
    refused("no run is given", [], out, *data)
    refused("holds no audit", [*halves, tmp_path / "nowhere"], out, *data)
    scored = standout.score(
        signals=np.ones((8, 9)), members=np.arange(72).reshape(8, 9) % 2 > 0, out=tmp_path / "scored"
    )
    refused("holds no shard of an audit", [*halves, scored.path], out, *data)


def test_a_double_with_other_bytes_and_a_damaged_file_are_refused(tmp_path, halves):
    shutil.copy(halves[0] / "shadows" / "00000.npz", halves[1] / "shadows" / "00000.npz")
    standout.merge(halves, *blobs(60), out=tmp_path / "fine")
    with (halves[1] / "shadows" / "00000.npz").open("ab") as file:
        file.write(b"\0")
    refused("should hold the same model and differ", halves, tmp_path / "joined", *blobs(60))
    (halves[1] / "shadows" / "00000.npz").unlink()
    (halves[1] / "shadows" / "00002.npz").write_bytes((halves[0] / "shadows" / "00004.npz").read_bytes())
    refused("00002.npz is of another audit", halves, tmp_path / "joined", *blobs(60))


def test_the_data_must_be_those_of_the_shards(table):
    for i in (1, 2):
        assert command("audit", *TABLE, "--shard", f"{i}/2", "--out", f"r{i}") == 0
    runs, out = [table / "r1", table / "r2"], table / "joined"
    Path("data.csv").rename("moved.csv")
    refused("the data are no more at 'data.csv' .*--source PATH", runs, out)
    Path("other.csv").write_text("\n".join(Path("moved.csv").read_text().splitlines()[:-1]) + "\n")
    refused("not the data that the shards were trained on", runs, out, source="other.csv")
    refused("not both", runs, out, *blobs(60), source="other.csv")
    joined = standout.merge(runs, out=out, source="moved.csv")
    assert json.loads((joined.path / "config.json").read_text())["asked"]["source"][0] == "data.csv"


def test_data_from_python_must_be_given_again(tmp_path, halves):
    refused(r"data from Python: join them there, by standout.merge\(runs, x, y, out=\)", halves, tmp_path / "joined")


def test_other_versions_are_refused(tmp_path, halves, monkeypatch):
    import standout.flows.merge as module

    monkeypatch.setattr(
        module,
        "libraries",
        lambda: {**json.loads((halves[0] / "config.json").read_text())["parts"]["libraries"], "numpy": "1.0"},
    )
    refused(r"trained with other versions: numpy: .* there, 1\.0 here", halves, tmp_path / "joined", *blobs(60))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"shard": "3/2"}, "of 2 shards, i goes from 1 to 2"),
        ({"shard": "0/2"}, "i goes from 1 to 2"),
        ({"shard": "x"}, "must be i/n"),
        ({"shard": 1}, "must be i/n"),
        ({"shard": "1/2", "until_stable": True}, "does not go with until-stable"),
        ({"shard": "1/9"}, "10 shadows make 5 stacks, .* 5 shards at most"),
        ({"shard": "1/2", "out": None}, "needs an out of its own"),
    ],
)
def test_shards_that_cannot_be(tmp_path, options, says):
    with pytest.raises(InputError, match=says):
        audit(**{"out": tmp_path / "a", **options})
    assert not (tmp_path / "a").exists()


def test_every_stack_has_one_shard():
    for of in (1, 2, 5, 7):
        owners = [[s for s in range(1, of + 1) if Shard(s, of).has(stack)] for stack in range(12)]
        assert all(len(o) == 1 for o in owners) and {o[0] for o in owners} == set(range(1, of + 1))


def test_a_model_that_cannot_be_recognised_needs_a_key(tmp_path):
    lock = threading.Lock()

    def fit(x, y, *, seed, sample_weight=None):
        with lock:
            return LogisticRegression().fit(x, y).predict_proba

    says = "cannot be recognised again .*; give key="
    with pytest.raises(InputError, match=f"shard 1/2: .*{says}"):
        audit(tmp_path / "a", "1/2", model=fit)
    assert not (tmp_path / "a").exists()
    whole = audit(tmp_path / "whole", model=fit, shadows=4, attacks="loss").path
    refused(f"merge: .*{says}", [whole], tmp_path / "joined", *blobs(60))
    audit(tmp_path / "b", "1/2", model=fit, key="mine")
