"""`standout explain`: the same bytes as the audit wrote, from what it stored alone."""

import json
import shutil

import numpy as np
import pytest

import standout
from standout.cli import main

FILES = ("records.csv", "records.parquet", "figures.json", "explorer.npz", "report.html")


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    """An audit with a target, of a sample, whose answers reach 0 and 1."""
    folder = tmp_path_factory.mktemp("audit")
    data = standout.load("breast-cancer")
    members = np.random.default_rng(0).random(len(data)) < 0.65
    from sklearn.ensemble import RandomForestClassifier

    model = RandomForestClassifier(5, random_state=0).fit(data.x[members], data.values[data.y[members]])
    np.savez(folder / "t.npz", probabilities=model.predict_proba(data.x))
    standout.audit(
        data, model="random-forest", settings={"n_estimators": 5}, shadows=16, records=400, jobs=1,
        target=folder / "t.npz", out=folder / "run",
    )  # fmt: skip
    return folder / "run"


def test_the_same_bytes(there, tmp_path):
    again = tmp_path / "run"
    shutil.copytree(there, again)
    summary = json.loads((again / "summary.json").read_text())
    for name in FILES[2:]:
        (again / name).unlink()
    (again / "figures.json").write_bytes((there / "figures.json").read_bytes())
    run = standout.Run(again).explain()
    for name in FILES:
        assert (again / name).read_bytes() == (there / name).read_bytes(), name
    for told in (summary, run.summary):
        told["seconds"].pop("explain")
    assert run.summary == summary


def test_what_was_changed_by_hand_is_mended(there, tmp_path):
    again = tmp_path / "run"
    shutil.copytree(there, again)
    run = standout.Run(again)
    table = run.records.drop(columns=["isolation"]).assign(cause="", reason="")
    from standout.run.folder import RunFolder
    from standout.run.tables import write_records

    write_records(RunFolder(again), table)
    assert standout.Run(again).explain().records.equals(standout.Run(there).records)


@pytest.mark.parametrize("command", ["explain"])
def test_command_line(there, tmp_path, capsys, command):
    again = tmp_path / "run"
    shutil.copytree(there, again)
    with pytest.raises(SystemExit) as end:
        main([command, str(again)])
    assert end.value.code == 0 and "report: " in capsys.readouterr().out


def test_refused(there, tmp_path, capsys):
    rng = np.random.default_rng(0)
    members = np.array([rng.permutation(20) < 10 for _ in range(2)])
    members = np.concatenate([members, ~members])[[0, 2, 1, 3]]
    scored = standout.score(signals=rng.normal(size=(4, 20)), members=members, out=tmp_path / "scored")
    with pytest.raises(standout.InputError, match="keeps no outputs"):
        scored.explain()
    x, y = rng.normal(size=(60, 3)), np.arange(60) % 2
    own = standout.audit(x, y, model="knn", shadows=4, jobs=1, out=tmp_path / "own")
    before = {p.name: p.read_bytes() for p in own.path.glob("*.*")}
    with pytest.raises(standout.InputError, match="had their data from Python"):
        standout.Run(own.path).explain()
    with pytest.raises(standout.InputError, match="is not the data that its models were trained on"):
        own.explain(x + 1, y)
    assert before == {p.name: p.read_bytes() for p in own.path.glob("*.*")}
    assert own.explain(x, y).records.equals(own.records)
    told = np.random.default_rng(1).permutation(60) < 30
    beside = standout.audit(
        x, y, model="knn", shadows=32, jobs=1, records=30, members=told, out=tmp_path / "beside",
        target=lambda z: np.stack([z[:, 0], -z[:, 0]], axis=1),
    )  # fmt: skip
    with pytest.raises(standout.InputError, match="run the audit again, which trains nothing"):
        beside.explain(x, y)
    for line in (["explain", str(tmp_path / "nothing")], ["explain", str(there), "--source", "wine"]):
        with pytest.raises(SystemExit) as end:
            main(line)
        err = capsys.readouterr().err
        assert end.value.code == 2 and err.count("\n") == 1 and "Traceback" not in err
