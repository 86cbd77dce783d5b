"""Killed and resumed, longer and shorter, other key: what is stored is used only where it is right to."""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import standout
from standout.errors import InputError
from standout.flows import exhibits

from .processes import finished, stacks, start
from .recipes_for_tests import blobs


def content(folder: Path, *names: str) -> dict[str, str]:
    files = [*(folder / "shadows").iterdir(), *(folder / n for n in names)]
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_kill_and_resume_ends_with_the_same_bytes(tmp_path):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    finished(stacks, whole)
    for models in (1, 9, 17):  # early, and in the middle of the second and third stack
        process = start(stacks, cut)
        deadline = time.time() + 60
        while len(list((cut / "shadows").glob("*.npz"))) < models and time.time() < deadline:
            time.sleep(0.002)
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
    (cut / "shadows" / ".standout-writing-1-00020.npz").write_bytes(b"half a file")
    stamps = {p.name: p.stat().st_mtime_ns for p in (cut / "shadows").glob("[0-9]*.npz")}
    finished(stacks, cut)
    names = ("records.csv", "records.parquet", "config.json", "figures.json")
    assert content(whole, *names) == content(cut, *names)
    assert all((cut / "shadows" / name).stat().st_mtime_ns == stamp for name, stamp in stamps.items())
    a, b = (standout.Run(folder).summary for folder in (whole, cut))
    assert {k: v for k, v in a.items() if k != "seconds"} == {k: v for k, v in b.items() if k != "seconds"}


def audit(folder, **change):
    x, y = blobs(60)
    return standout.audit(
        **{"x": x, "y": y, "model": LogisticRegression(), "shadows": 6, "jobs": 1, "out": folder, **change}
    )


@pytest.mark.parametrize("model", ["mlp", "random-forest", "gradient-boosting"])
def test_bytes_do_not_depend_on_jobs(tmp_path, model):
    settings = {"mlp": {"epochs": 2}, "random-forest": {"n_estimators": 5}, "gradient-boosting": {"max_iter": 3}}[model]
    for jobs in (1, 2):
        audit(tmp_path / str(jobs), model=model, settings=settings, jobs=jobs, shadows=18)
    names = ("records.csv", "figures.json", *(() if model == "mlp" else ("config.json",)))  # stacks are measured
    assert content(tmp_path / "1", *names) == content(tmp_path / "2", *names)


def test_bytes_do_not_depend_on_the_stacks(tmp_path):
    for stack in (1, 6, 18):
        audit(tmp_path / str(stack), model="mlp", settings={"epochs": 2, "stack": stack}, shadows=18)
    one, six, all_ = (content(tmp_path / str(k), "records.csv", "figures.json") for k in (1, 6, 18))
    assert one == six == all_
    plans = [json.loads((tmp_path / str(k) / "config.json").read_text())["plan"]["stacks"] for k in (1, 6, 18)]
    assert [len(p) for p in plans] == [18, 3, 1]


def test_the_same_audit_again_trains_nothing(tmp_path):
    audit(tmp_path / "a")
    before = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "a" / "shadows").iterdir()}
    audit(tmp_path / "a", fpr=0.01, attacks="loss,lira")
    assert {p.name: p.stat().st_mtime_ns for p in (tmp_path / "a" / "shadows").iterdir()} == before


def test_more_shadows_train_the_missing_and_fewer_take_the_first(tmp_path):
    audit(tmp_path / "a", shadows=6)
    first = content(tmp_path / "a")
    longer = audit(tmp_path / "a", shadows=10)
    assert longer.summary["shadows"]["count"] == 10
    assert content(tmp_path / "a").items() >= first.items() and len(content(tmp_path / "a")) == 10
    shorter = audit(tmp_path / "a", shadows=6)
    alone = audit(tmp_path / "b", shadows=6)
    assert shorter.records.equals(alone.records)


def test_an_interrupted_longer_audit_can_be_finished_shorter(tmp_path):
    audit(tmp_path / "a", shadows=12)
    for m in range(5, 12):
        (tmp_path / "a" / "shadows" / f"{m:05d}.npz").unlink()
    assert audit(tmp_path / "a", shadows=6).summary["shadows"]["count"] == 6


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"model": LogisticRegression(C=2.0)}, "C: 1.0 there, 2.0 here"),
        ({"model": "knn"}, "model"),
        ({"seed": 1}, "seed: 0 there, 1 here"),
        ({"fraction": 0.6}, "fraction: 0.5 there, 0.6 here"),
        ({"x": blobs(60, seed=1)[0]}, "data differs"),
        ({"y": 1 - (blobs(60)[1] > 0)}, "data differs"),
        ({"ids": [f"p{i}" for i in range(60)]}, "data differs"),
    ],
)
def test_another_audit_in_the_same_folder_is_refused(tmp_path, change, says):
    audit(tmp_path / "a")
    before = content(tmp_path / "a", "config.json", "summary.json", "records.csv", "report.html")
    with pytest.raises(InputError, match="holds another audit") as refusal:
        audit(tmp_path / "a", **change)
    assert says in str(refusal.value) and "\n" not in str(refusal.value)
    assert content(tmp_path / "a", "config.json", "summary.json", "records.csv", "report.html") == before


def test_one_changed_membership_bit_is_noticed(tmp_path):
    audit(tmp_path / "a")
    target = tmp_path / "a" / "shadows" / "00002.npz"
    with np.load(target) as file:
        arrays = dict(file)
    arrays["members"][0] ^= 128
    np.savez(target, **arrays)
    with pytest.raises(InputError, match=r"00002.npz was trained on other records"):
        audit(tmp_path / "a")


def test_a_model_of_another_audit_is_noticed(tmp_path):
    audit(tmp_path / "a")
    x, y = blobs(100)
    audit(tmp_path / "b", x=x, y=y)
    target = tmp_path / "a" / "shadows" / "00002.npz"
    target.write_bytes((tmp_path / "b" / "shadows" / "00002.npz").read_bytes())
    with pytest.raises(InputError, match="of another audit"):
        audit(tmp_path / "a")


def test_a_damaged_model_file_is_named(tmp_path):
    audit(tmp_path / "a")
    (tmp_path / "a" / "shadows" / "00003.npz").write_bytes(b"PK")
    with pytest.raises(InputError, match=r"00003.npz is damaged.*delete it and run again"):
        audit(tmp_path / "a")
    (tmp_path / "a" / "shadows" / "00003.npz").unlink()
    again = audit(tmp_path / "a")
    assert again.records.equals(audit(tmp_path / "b").records)


def test_two_writers_do_not_meet(tmp_path):
    audit(tmp_path / "a")
    fcntl = pytest.importorskip("fcntl")
    lock = os.open(tmp_path / "a", os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    with pytest.raises(InputError, match="another audit is writing"):
        audit(tmp_path / "a")
    os.close(lock)


def test_a_recipe_that_cannot_be_recognised_needs_a_key(tmp_path):
    lock = threading.Lock()

    def fit(x, y, *, seed, sample_weight=None):
        with lock:
            model = LogisticRegression().fit(x, y)
        return model.predict_proba

    audit(tmp_path / "a", model=fit)
    with pytest.raises(InputError, match="give key="):
        audit(tmp_path / "a", model=fit)
    audit(tmp_path / "b", model=fit, key="mine")
    audit(tmp_path / "b", model=fit, key="mine")
    with pytest.raises(InputError, match="another audit"):
        audit(tmp_path / "b", model=fit, key="other")


def test_code_of_a_function_and_what_it_closes_over_count(tmp_path):
    def make(strength):
        def fit(x, y, *, seed, sample_weight=None):
            return LogisticRegression(C=strength).fit(x, y).predict_proba

        return fit

    audit(tmp_path / "a", model=make(1.0))
    audit(tmp_path / "a", model=make(1.0))
    with pytest.raises(InputError, match="code differs"):
        audit(tmp_path / "a", model=make(2.0))


def tree(folder: Path) -> dict[str, object]:
    return {str(p.relative_to(folder)): p.is_file() and p.read_bytes() for p in folder.rglob("*")}


def test_a_refused_run_leaves_the_folder_as_it_was(tmp_path):
    audit(tmp_path / "a")
    half = tmp_path / "a" / "shadows" / ".standout-writing-1-00020.npz"
    half.write_bytes(b"half a file")
    before = tree(tmp_path / "a")
    with pytest.raises(InputError, match="another audit"):
        audit(tmp_path / "a", seed=1)
    assert tree(tmp_path / "a") == before
    (tmp_path / "a" / "shadows" / "00003.npz").write_bytes(b"PK")
    before = tree(tmp_path / "a")
    with pytest.raises(InputError, match="damaged"):
        audit(tmp_path / "a", shadows=8)
    assert tree(tmp_path / "a") == before
    with pytest.raises(InputError, match="too few"):
        audit(tmp_path / "new" / "deep", fraction=0.01, shadows=4)
    assert not (tmp_path / "new").exists()


def test_the_plan_is_read_under_the_lock(tmp_path, monkeypatch):
    """Two runs at once: the second must not plan from what the first has not yet written."""
    from standout.run.folder import RunFolder

    locked = []
    writing, read = RunFolder.writing, RunFolder.read_json

    @contextlib.contextmanager
    def noted(self, **options):
        with writing(self, **options):
            locked.append(True)
            yield
            locked.clear()

    def checked(self, name):
        assert locked or name != "config.json" or self.path != tmp_path / "a"
        return read(self, name)

    monkeypatch.setattr(RunFolder, "writing", noted)
    with monkeypatch.context() as patch:
        patch.setattr(RunFolder, "read_json", checked)
        audit(tmp_path / "a")
        audit(tmp_path / "a", shadows=8)


@pytest.mark.parametrize("change", [{"model": LogisticRegression(C=2.0)}, {"seed": 1}])
def test_a_model_copied_from_other_settings_is_refused(tmp_path, change):
    audit(tmp_path / "a")
    audit(tmp_path / "b", **change)
    (tmp_path / "a" / "shadows" / "00002.npz").write_bytes((tmp_path / "b" / "shadows" / "00002.npz").read_bytes())
    with pytest.raises(InputError, match=r"00002.npz is of another audit; delete it and run again"):
        audit(tmp_path / "a")


@pytest.mark.parametrize("damage", [{"stacks": "abc"}, {"stack_size": "x"}, {"seeds": [1]}, {"keep": "sums"}])
def test_a_damaged_plan_is_one_line(tmp_path, damage):
    audit(tmp_path / "a")
    path = tmp_path / "a" / "config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps({**config, "plan": {**config["plan"], **damage}}))
    with pytest.raises(InputError, match=r"config.json is not what standout wrote"):
        audit(tmp_path / "a", shadows=8)


def test_any_first_models_do_beyond_the_budget(tmp_path, monkeypatch):
    monkeypatch.setattr("standout.shadows.plan.BUDGET", 1)
    settings = {"model": "mlp", "settings": {"epochs": 2, "hidden": 8}}
    audit(tmp_path / "a", shadows=16, **settings)
    for count in (4, 12):
        shorter = audit(tmp_path / "a", shadows=count, **settings)
        alone = audit(tmp_path / str(count), shadows=count, **settings)
        assert set(shorter.records.columns) == set(alone.records.columns)
        for column in shorter.records.columns:
            assert shorter.records[column].equals(alone.records[column]), column


def test_what_cannot_be_sent_to_workers_is_one_line(tmp_path):
    lock = threading.Lock()

    def fit(x, y, *, seed, sample_weight=None):
        with lock:
            return LogisticRegression().fit(x, y).predict_proba

    says = r"cannot be sent to worker processes \(.*lock.*\); give jobs=1"
    with pytest.raises(InputError, match=says) as refusal:
        audit(tmp_path / "a", model=fit, jobs=2)
    assert "\n" not in str(refusal.value) and not (tmp_path / "a").exists()
    audit(tmp_path / "a", model=fit, jobs=1)


def test_workers_of_an_earlier_run_find_the_folder(tmp_path, monkeypatch):
    """Worker processes are used again, and do not follow when the directory changes."""
    for place in ("one", "two"):
        (tmp_path / place).mkdir()
        monkeypatch.chdir(tmp_path / place)
        audit("a", jobs=2)
    assert content(tmp_path / "one" / "a") == content(tmp_path / "two" / "a")


class OnlyHere:
    """Cannot be read again in another process."""

    def __call__(self, x, y, *, seed, sample_weight=None):
        return LogisticRegression().fit(x, y).predict_proba

    def __reduce__(self):
        return only_in, (os.getpid(),)


def only_in(process):
    if os.getpid() != process:
        raise ImportError("no such module here")
    return OnlyHere()


def test_what_workers_cannot_read_is_one_line(tmp_path):
    with pytest.raises(InputError, match="worker processes cannot read the model or the data"):
        audit(tmp_path / "a", model=OnlyHere(), key="mine", jobs=2)


def test_a_full_disk_is_one_line(tmp_path, monkeypatch):
    import standout.run.folder as module

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module.os, "fsync", full)
        with pytest.raises(InputError, match=r"cannot be written \(No space left on device\)"):
            audit(tmp_path / "a")
    assert not (tmp_path / "a").exists()


SLOW = """
import sys, time, standout, numpy as np

def fit(x, y, *, seed, sample_weight=None):
    time.sleep(0.3)
    return lambda records: np.zeros((len(records), 2))

x = np.random.default_rng(0).normal(size=(40, 2))
standout.audit(x, np.arange(40) % 2, model=fit, shadows=40, jobs=2, out=sys.argv[1])
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_workers_stop_with_a_killed_run(tmp_path):
    shadows, said = tmp_path / "a" / "shadows", tmp_path / "said.txt"
    with said.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", SLOW, str(tmp_path / "a")], stdout=file, stderr=file, start_new_session=True
        )
    try:
        while not list(shadows.glob("[0-9]*.npz")):
            assert process.poll() is None, said.read_text()
            time.sleep(0.01)
        process.kill()
        process.wait()
        time.sleep(0.3)
        stored = sorted(p.name for p in shadows.glob("[0-9]*.npz"))
        assert 0 < len(stored) < 40
        time.sleep(1.2)
        assert sorted(p.name for p in shadows.glob("[0-9]*.npz")) == stored
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def test_records_with_dates_can_be_shown(tmp_path):
    """Dates, zones, spans and gaps among them, in an exposed record: found strange where they are, as numbers."""
    x, y = blobs(60, classes=2)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(60) % 7, unit="D")
    frame = pd.DataFrame(
        {"a": x[:, 0], "day": day, "zoned": day.tz_localize("Europe/Vienna"), "stay": day - pd.Timestamp("2023-12-31")}
    )
    frame.loc[:9, ["day", "stay"]] = pd.NaT
    frame["word"] = ["x", None, "y"] * 20

    def fit(x, y, *, seed, sample_weight=None):
        known = dict(zip(x["a"], y))

        def predict(records):
            own = [known.get(a) for a in records["a"]]
            return np.array([[0.5, 0.5] if k is None else [float(k == 0), float(k == 1)] for k in own])

        return predict

    run = audit(tmp_path / "a", x=frame, y=y, model=fit, shadows=16)
    assert len(run.exposed) == 60
    shown = json.loads((run.path / "figures.json").read_text())["exposed"]
    names = {name for record in shown for name, _ in record["cells"]}
    assert names == {"a", "day", "zoned", "stay", "word"}
    days = {value for record in shown for name, value in record["cells"] if name == "day"}
    assert "(missing)" in {v for record in shown for _, v in record["cells"]}
    assert days <= {*(f"2024-01-{d:02}" for d in range(1, 8)), "(missing)"}


def test_cells_are_shown_as_a_person_writes_them():
    values = [
        16930.55,
        -1234.0,
        999.96,
        0.000123456,
        1e20,
        7,
        pd.Timestamp("2024-01-02"),
        pd.Timestamp("2024-01-02 03:04"),
    ]
    texts = ["16931", "-1234", "1000", "0.0001235", "1e+20", "7", "2024-01-02", "2024-01-02 03:04:00"]
    assert [exhibits.shown(v) for v in values] == texts
