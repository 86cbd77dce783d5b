"""One thread a job, wherever jobs run, whatever the user's environment and estimator ask for."""

import os
import sys

import numpy as np
import pytest
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import VotingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_info, threadpool_limits

from standout.data.dataset import Dataset
from standout.recipes import recipe_of
from standout.run.folder import RunFolder
from standout.shadows.backends import crew_of, local
from standout.shadows.memberships import model_seeds
from standout.shadows.train import train_missing
from standout.threads import one_thread

DATA = Dataset(np.random.default_rng(0).normal(size=(30, 2)), np.arange(30) % 3)
MEMBERS = np.random.default_rng(1).random((4, 30)) < 0.5
PLAN = {"stacks": [[0, 2], [2, 4]], "keep": ["sums"] * 2, "seeds": model_seeds(0, 4)}


class Counting(ClassifierMixin, BaseEstimator):
    """Notes in `there` how many threads its process would use, and how many jobs it was given itself."""

    def __init__(self, there=None, n_jobs=None):
        self.there, self.n_jobs = there, n_jobs

    def fit(self, x, y):
        import torch

        self.classes_ = np.unique(y)
        x.T @ x  # BLAS is there by now
        pools = [p["num_threads"] for p in threadpool_info()]
        most = max(*pools, torch.get_num_threads())
        (self.there / f"{most}-{self.n_jobs}-{os.environ.get('OMP_NUM_THREADS')}-{os.getpid()}").touch()
        return self

    def predict_proba(self, x):
        return np.full((len(x), len(self.classes_)), 1 / len(self.classes_))


@pytest.fixture
def greedy(monkeypatch):
    """A user who lets every library have four threads, in this process and in those that it starts."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(name, "4")
    monkeypatch.setattr(local, "_idle", {})
    before = torch.get_num_threads()
    with threadpool_limits(4):
        torch.set_num_threads(4)
        yield
        torch.set_num_threads(before)


@pytest.mark.slow
@pytest.mark.parametrize(("backend", "jobs", "module"), [
    ("local", 1, "joblib"), ("local", 2, "joblib"), ("ray", 2, "ray"), ("dask", 2, "distributed"),
])  # fmt: skip
def test_a_job_has_one_thread(tmp_path, greedy, backend, jobs, module):
    pytest.importorskip(module)
    pytest.importorskip("cloudpickle").register_pickle_by_value(sys.modules[__name__])
    folder, there = RunFolder(tmp_path / "run"), tmp_path / "there"
    folder.shadows.mkdir(parents=True)
    there.mkdir()
    folder.write_json("config.json", {"key": "mine"})
    model = make_pipeline(
        StandardScaler(), VotingClassifier([("a", Counting(there, n_jobs=4))], voting="soft", n_jobs=4)
    )
    with crew_of(backend, jobs) as crew:
        config = {"key": "mine", "plan": PLAN}
        assert train_missing(folder, recipe_of(model), DATA, MEMBERS, config, 4, set(), crew=crew) == 4
    said = [p.name.split("-") for p in there.iterdir()]
    assert {(most, n_jobs) for most, n_jobs, _, _ in said} == {("1", "1")}
    assert all((pid == str(os.getpid())) == (jobs == 1) for *_, pid in said)
    if jobs > 1:
        assert {env for _, _, env, _ in said} == {"1"}, "libraries that are loaded later have one thread, too"
    assert torch.get_num_threads() == 4, "what the user has is given back"


def test_threads_are_given_back(greedy):
    with pytest.raises(ZeroDivisionError), one_thread():
        assert torch.get_num_threads() == 1 and {p["num_threads"] for p in threadpool_info()} == {1}
        1 / 0  # noqa: B018
    assert torch.get_num_threads() == 4 and 4 in {p["num_threads"] for p in threadpool_info()}
