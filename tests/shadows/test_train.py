"""Training tasks: workers that stop with their run, and messages that name the right model."""

import os
import threading

import numpy as np
import pytest

import standout.shadows.train as train_module
from standout.data.dataset import Dataset
from standout.errors import InputError
from standout.recipes.recipe import Trained
from standout.run.folder import RunFolder
from standout.shadows.backends.worker import forget, other_run, serve_near
from standout.shadows.stack import Stack, Work, train_stack
from standout.shadows.train import train_missing, wait_for

DATA = Dataset(np.random.default_rng(0).normal(size=(30, 2)), np.arange(30) % 3)
MEMBERS = np.random.default_rng(1).random((4, 30)) < 0.5


class Constant:
    """A recipe whose models know nothing; `fails` at one seed."""

    name = "constant"

    def __init__(self, fails=None, also=None):
        self.fails, self.also = fails, also

    def train(self, dataset, members, seeds):
        for seed in seeds:
            if seed == self.fails:
                raise RuntimeError("no luck")
            yield Trained(np.zeros((len(dataset), 3)))
            if self.also is not None:
                self.also()


@pytest.fixture
def folder(tmp_path):
    folder = RunFolder(tmp_path / "run")
    folder.shadows.mkdir(parents=True)
    folder.write_json("config.json", {"key": "mine"})
    return folder


def names(folder):
    return sorted(p.name for p in folder.shadows.iterdir())


def train(folder, recipe, stored=frozenset(), key="mine", gone=other_run):
    work = Work(folder, key, recipe, DATA)
    return train_stack(work, Stack(4, [4, 5, 6, 7], "sums", stored, MEMBERS), gone and (lambda: gone(work)))


def test_a_worker_stops_quietly_without_its_parent_or_in_a_folder_of_another_audit(folder):
    stack = Stack(4, [4, 5, 6, 7], "sums", frozenset(), MEMBERS)
    assert serve_near("mine", lambda: Work(folder, "mine", Constant(), DATA), stack, os.getppid() + 1) == 0
    forget()
    assert train(folder, Constant(), key="other") == 0
    assert names(folder) == []
    turn = lambda: folder.write_json("config.json", {"key": "other"})  # noqa: E731
    assert train(folder, Constant(also=turn)) == 1
    assert names(folder) == ["00004.npz"]
    folder.write_json("config.json", {"key": "mine"})
    assert train(folder, Constant(), stored=frozenset({4})) == 3
    assert names(folder) == [f"0000{m}.npz" for m in range(4, 8)]


def test_the_model_that_failed_is_named_in_a_partly_stored_stack(folder):
    for stored in (frozenset(), frozenset({4, 5}), frozenset({5})):
        with pytest.raises(InputError, match="constant failed while training model 6: RuntimeError: no luck"):
            train(folder, Constant(fails=6), gone=None, stored=stored)


def test_seeds_are_those_of_the_plan(folder):
    plan = {"stacks": [[0, 2], [2, 4]], "keep": ["sums"] * 2, "seeds": [11, 12, 13, 14]}
    assert train_missing(folder, Constant(), DATA, MEMBERS, {"key": "mine", "plan": plan}, 4, {1}) == 3
    for model in (0, 2, 3):
        with np.load(folder.shadows / f"{model:05d}.npz") as file:
            assert int(file["seed"]) == 11 + model and str(file["key"]) == "mine"


def test_files_that_are_seen_late_are_waited_for_and_others_named(folder, monkeypatch):
    writer = threading.Timer(0.3, lambda: (folder.shadows / "00001.npz").touch())
    writer.start()
    wait_for(folder, [1])
    monkeypatch.setattr(train_module, "LATE", 0)
    with pytest.raises(InputError, match=r"00007.npz was written by a worker and is not seen here"):
        wait_for(folder, [1, 7])
