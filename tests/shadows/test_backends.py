"""Any backend: the same bytes; a lost worker loses only its own tasks; what is not there is one line."""

import hashlib
import importlib.util
import os
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

from standout.cores import gpus
from standout.data.dataset import Dataset
from standout.errors import InputError
from standout.recipes.recipe import Trained
from standout.run.folder import RunFolder
from standout.run.key import libraries
from standout.shadows.backends import Local, crew_of
from standout.shadows.backends.local import gpu_of
from standout.shadows.backends.worker import Told, check_here
from standout.shadows.memberships import model_seeds
from standout.shadows.shard import Shard
from standout.shadows.stack import Work
from standout.shadows.train import train_missing

DATA = Dataset(np.random.default_rng(0).normal(size=(30, 2)), np.arange(30) % 3)
MODELS = 12
MEMBERS = np.random.default_rng(1).random((MODELS, 30)) < 0.5
KEEPS = ["log-probabilities", "sums"]
PLAN = {
    "stacks": [[i, i + 2] for i in range(0, MODELS, 2)],
    "keep": [KEEPS[i % 2] for i in range(MODELS // 2)],
    "seeds": model_seeds(0, MODELS),
}
posix = pytest.mark.skipif(os.name != "posix", reason="kill -9")


class Scripted:
    """Logits from the seed alone. `act(k)` runs in the worker before model k of the seeds named is handed out."""

    name = "scripted"
    supports = frozenset()

    def __init__(self, act=None, at=(), device="cpu"):
        self.act, self.at, self.device = act, at, device

    def settings(self):
        return {"device": self.device}

    def train(self, dataset, members, seeds):
        for seed in seeds:
            if self.act is not None and (not self.at or PLAN["seeds"].index(seed) in self.at):
                self.act(PLAN["seeds"].index(seed))
            yield Trained(np.random.default_rng(seed).normal(size=(len(dataset), 3)))


@pytest.fixture
def folder(tmp_path):
    return new(tmp_path / "run")


def new(path: Path) -> RunFolder:
    folder = RunFolder(path)
    folder.shadows.mkdir(parents=True)
    folder.write_json("config.json", {"key": "mine"})
    return folder


def train(folder, recipe, crew=None, done=(), **more) -> int:
    config = {"key": "mine", "plan": PLAN}
    with crew or Local(1) as there:
        return train_missing(folder, recipe, DATA, MEMBERS, config, MODELS, set(done), crew=there, **more)


def content(folder) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.shadows.iterdir()}


@pytest.fixture
def whole(tmp_path) -> dict[str, str]:
    """The files that one process writes."""
    folder = new(tmp_path / "whole")
    assert train(folder, Scripted()) == MODELS
    return content(folder)


def once(mark: Path, number=signal.SIGKILL):
    """Kill this process, the first time only."""

    def act(_):
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), number)

    return act


def sending(act):
    """A recipe of this file as workers elsewhere get it: by value."""
    cloudpickle = pytest.importorskip("cloudpickle")
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    return act


@posix
def test_a_killed_process_loses_its_own_task_alone(tmp_path, folder, whole):
    begun = tmp_path / "begun"
    begun.mkdir()
    kill = once(tmp_path / "killed")

    def act(model):
        (begun / f"{model}-{os.getpid()}-{time.time_ns()}").touch()
        if model == 5:
            kill(model)
        time.sleep(0.05)

    told = []
    assert train(folder, Scripted(act), Local(2), progress=lambda done, _: told.append(done)) == MODELS
    assert content(folder) == whole
    times = [int(p.name.split("-")[0]) for p in begun.iterdir()]
    again = {m for m in range(MODELS) if times.count(m) == 2}
    assert again == {4, 5}, "the stack that was lost, and no other, was trained twice"
    assert told == sorted(told) and told[-1] == MODELS
    first, *_ = sorted(int(p.name.split("-")[2]) for p in begun.iterdir() if p.name.startswith("5-"))
    alone = {p.name.split("-")[1] for p in begun.iterdir() if int(p.name.split("-")[2]) > first}
    assert len(alone) <= 2, "the other process went on, then one job did the lost task again"


@posix
def test_a_task_that_is_killed_twice_ends_the_run_and_keeps_what_is_there(folder, whole):
    def act(model):
        os.kill(os.getpid(), signal.SIGKILL)

    says = r"killed twice \(stack of model 4\), the second time alone: .*memory.*are kept: give it more memory"
    with pytest.raises(InputError, match=says) as refusal:
        train(folder, Scripted(act, at=(5,)), Local(2))
    assert "\n" not in str(refusal.value)
    kept = {name: sha for name, sha in whole.items() if name != "00005.npz"}
    assert content(folder) == kept
    assert train(folder, Scripted(), Local(2), done={m for m in range(MODELS) if m != 5}) == 1
    assert content(folder) == whole


@posix
def test_when_all_processes_are_lost_one_goes_on(tmp_path, folder, whole):
    def act(model):
        mark = tmp_path / f"killed{model}"
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    # both of the first two, and once more the one that goes on
    assert train(folder, Scripted(act, at=(0, 2, 4)), Local(2)) == MODELS
    assert len(list(tmp_path.glob("killed*"))) == 3
    assert content(folder) == whole


def test_what_workers_need_is_written_once_and_goes(tmp_path, folder, whole, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "t"))
    (tmp_path / "t").mkdir()
    seen = []
    assert (
        train(folder, Scripted(), Local(2), progress=lambda *_: seen.append(len(list((tmp_path / "t").iterdir()))))
        == MODELS
    )
    assert content(folder) == whole
    assert max(seen) == 1 and not list((tmp_path / "t").iterdir())

    def fails(model):
        raise RuntimeError("no luck")

    with pytest.raises(InputError, match="model 5: RuntimeError: no luck"):
        train(new(tmp_path / "other"), Scripted(fails, at=(5,)), Local(2))
    assert not list((tmp_path / "t").iterdir())


def test_a_shard_and_its_progress(folder, whole):
    told = []
    assert train(folder, Scripted(), shard=Shard(2, 4), progress=lambda *t: told.append(t)) == 4
    assert content(folder).keys() == {"00002.npz", "00003.npz", "00010.npz", "00011.npz"}
    assert told == [(0, 4), (2, 4), (4, 4)]


def test_slots_take_turns_at_the_gpus(tmp_path, folder, whole, monkeypatch):
    assert [gpu_of(slot, ["0", "3"]) for slot in range(5)] == ["0", "3", "0", "3", "0"]
    assert gpu_of(1, []) is None
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4, 7")
    assert gpus() == ["4", "7"]

    def act(model):
        (tmp_path / f"{os.environ.get('CUDA_VISIBLE_DEVICES')}.{os.getpid()}").touch()
        time.sleep(0.1)

    assert train(folder, Scripted(act, device="cuda"), Local(4)) == MODELS
    seen = [p.name.split(".")[0] for p in tmp_path.iterdir() if p.is_file()]
    assert sorted(seen) == ["4", "4", "7", "7"] and content(folder) == whole


def test_gpus_without_a_library(tmp_path, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert gpus(tmp_path / "none") == []
    for name in ("0000:01:00.0", "0000:02:00.0"):
        (tmp_path / name).mkdir()
    assert gpus(tmp_path) == ["0", "1"]
    for none in ("", "-1"):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", none)
        assert gpus(tmp_path) == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"backend": "rya"}, r"unknown backend 'rya'; did you mean 'ray'\? \(known: local, ray, dask\)"),
        ({"backend": None}, "unknown backend None"),
        ({"ray_address": "a:1"}, "--ray-address is for --backend ray, not local"),
        ({"backend": "ray", "dask_address": "a:1"}, "--dask-address is for --backend dask, not ray"),
    ],
)
def test_backends_that_cannot_be(options, says):
    with pytest.raises(InputError, match=says):
        crew_of(**options)


@pytest.mark.parametrize("name", ["ray", "dask"])
def test_a_backend_that_is_not_installed_is_one_line(name, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=rf"--backend {name} needs the extra: pip install 'standout\[{name}\]'"):
        crew_of(name)


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "module"), [("ray", "ray"), ("dask", "distributed")])
def test_an_address_where_nobody_answers_is_one_line(folder, name, module):
    pytest.importorskip(module)
    for address, says in (
        (f"127.0.0.1:{free_port()}", f"no {name.capitalize()} cluster answers at 127"),
        ("x", "HOST:PORT"),
    ):
        with pytest.raises(InputError, match=says) as refusal:
            train(folder, Scripted(), crew_of(name, **{f"{name}_address": address}))
        assert "\n" not in str(refusal.value)
    assert content(folder) == {}


@pytest.mark.slow
@posix
def test_ray_with_a_killed_worker_ends_with_the_same_bytes(tmp_path, folder, whole):
    pytest.importorskip("ray")
    recipe = sending(Scripted(once(tmp_path / "killed"), at=(5,)))
    assert train(folder, recipe, crew_of("ray", 2)) == MODELS
    assert (tmp_path / "killed").exists() and content(folder) == whole


@pytest.mark.slow
def test_dask_ends_with_the_same_bytes(folder, whole):
    pytest.importorskip("distributed")
    assert train(folder, sending(Scripted()), crew_of("dask", 2), done=()) == MODELS
    assert content(folder) == whole


@pytest.mark.slow
@pytest.mark.parametrize(("name", "module"), [("ray", "ray"), ("dask", "distributed")])
def test_what_fails_on_a_cluster_is_one_line(tmp_path, folder, name, module):
    """A failed training, a killed one, a folder that workers do not see, a GPU that is not there."""
    pytest.importorskip(module)

    def fails(model):
        raise RuntimeError("no luck")

    def dies(model):
        os.kill(os.getpid(), signal.SIGKILL)

    with crew_of(name, 2) as crew:
        config = {"key": "mine", "plan": PLAN}
        cases = [(folder, fails, "scripted failed while training model 5: RuntimeError: no luck")]
        if name == "ray":
            cases.append((folder, dies, "killed twice"))
        for there, act, says in cases:
            with pytest.raises(InputError, match=says) as refusal:
                train_missing(there, sending(Scripted(act, at=(5,))), DATA, MEMBERS, config, MODELS, set(), crew=crew)
            assert "\n" not in str(refusal.value)
            crew.work = None
        folder.write_json("config.json", {"key": "other"})
        with pytest.raises(InputError, match="must lie on a file system that all workers share"):
            train_missing(folder, sending(Scripted()), DATA, MEMBERS, config, MODELS, set(), crew=crew)


def test_shares_of_gpus():
    pytest.importorskip("ray")
    from standout.shadows.backends.on_ray import share_of_gpu

    assert share_of_gpu(None, 4) == 1 and share_of_gpu(4, 4) == 1
    assert share_of_gpu(8, 4) == 0.5 and share_of_gpu(3, 1) == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("there", "says"),
    [
        ({"libraries": {**libraries(), "numpy": "1.0"}}, "numpy: 1.0 there"),
        ({"settings": {"device": "cuda"}}, "device: cuda there, cpu here"),
    ],
)
def test_a_machine_that_would_train_other_models_says_so(folder, there, says):
    work = Work(folder, "mine", Scripted(), DATA)
    told = Told.of(work)
    check_here(work, told)
    with pytest.raises(InputError, match=rf"a worker on .* would train other models: {says}"):
        check_here(work, told._replace(**there))
    with pytest.raises(InputError, match="does not find the run in"):
        check_here(Work(folder, "other", Scripted(), DATA), told)
