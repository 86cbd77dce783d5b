"""Traces: what a model answers after an epoch, taken without a trace of the taking."""

import numpy as np
import pytest

import standout
from standout.data.records import Records
from standout.recipes import recipe_of
from standout.recipes.recipe import trained_by
from standout.recipes.traces import traced_epochs
from standout.signals import log_softmax

torch = pytest.importorskip("torch")


class Net(torch.nn.Module):
    """With dropout and running statistics, and noise of its own even when it is asked."""

    def __init__(self, in_features: int, n_classes: int):
        super().__init__()
        self.inner = torch.nn.Linear(in_features, 8)
        self.norm = torch.nn.BatchNorm1d(8)
        self.drop = torch.nn.Dropout(0.3)
        self.outer = torch.nn.Linear(8, n_classes)

    def forward(self, x):
        torch.rand(3)
        return self.outer(self.drop(torch.relu(self.norm(self.inner(x)))))


def data(n: int = 120, audited: bool = False):
    rng = np.random.default_rng(0)
    y = np.arange(n) % 3
    dataset = standout.Dataset(rng.normal(size=(n, 5)) + y[:, None], y)
    if audited:
        from standout.data.sample import sample

        dataset = sample(dataset, 40, 0)
    training = Records.of(dataset).training
    assert training is not None
    return training


def recipe(kind: str, epochs: int):
    if kind == "torch":
        return recipe_of(standout.TorchRecipe(build=Net, epochs=epochs, device="cpu"))
    return recipe_of("mlp", {"epochs": epochs, "hidden": 8, "dropout": 0.2, "stack": 6}, "cpu")


@pytest.mark.parametrize("kind", ["mlp", "torch"])
@pytest.mark.parametrize("audited", [False, True])
def test_a_row_is_what_a_shorter_training_ends_with(kind, audited):
    dataset = data(audited=audited)
    members, seeds = np.random.default_rng(1).random((3, len(dataset))) < 0.5, np.array([5, 6, 7])
    trace = list(trained_by(recipe(kind, 4), dataset, members, seeds, {1}))[1].trace
    assert trace is not None and trace.epochs.tolist() == [1, 2, 3, 4]
    labels = dataset.y[dataset.asked]
    for epoch in (1, 3, 4):
        model = list(trained_by(recipe(kind, epoch), dataset, members, seeds))[1]
        log_p = log_softmax(model.logits)
        rows = np.arange(len(labels))
        assert np.allclose(trace.losses[epoch - 1], -log_p[rows, labels], rtol=2e-3, atol=1e-6)
        assert np.array_equal(trace.right[epoch - 1], model.logits.argmax(axis=1) == labels)
        if epoch == 1:
            p = np.exp(log_p)
            p[rows, labels] -= 1
            assert np.allclose(trace.early, np.linalg.norm(p, axis=1), rtol=2e-3)


@pytest.mark.parametrize("kind", ["mlp", "torch"])
def test_no_model_is_changed_and_no_company_matters(kind):
    dataset = data()
    members, seeds = np.random.default_rng(1).random((4, 120)) < 0.5, np.array([5, 6, 7, 8])
    plain = list(trained_by(recipe(kind, 3), dataset, members, seeds))
    all_ = list(trained_by(recipe(kind, 3), dataset, members, seeds, {0, 2, 3}))
    alone = next(iter(trained_by(recipe(kind, 3), dataset, members[2:3], seeds[2:3], {0})))
    assert all(np.array_equal(a.logits, b.logits) for a, b in zip(plain, all_))
    assert [t.trace is not None for t in all_] == [True, False, True, True]
    for name in ("losses", "right", "early"):
        assert np.array_equal(getattr(all_[2].trace, name), getattr(alone.trace, name)), name


def test_recipes_that_leave_none_are_not_asked():
    dataset = data()
    members = np.random.default_rng(1).random((2, 120)) < 0.5
    forest = recipe_of("random-forest", {"n_estimators": 3})
    assert all(t.trace is None for t in trained_by(forest, dataset, members, np.array([1, 2]), {0}))


def test_many_epochs_are_thinned():
    dataset = data(60)
    everyone = np.ones((1, 60), dtype=bool)
    (model,) = trained_by(recipe("mlp", 20), dataset, everyone, np.array([1]), {0})
    assert model.trace is not None
    assert model.trace.epochs.tolist() == traced_epochs(20) and model.trace.losses.shape == (16, 60)
