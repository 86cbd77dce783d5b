"""`TorchRecipe`: the loop against torch's own, seeds, eval, what build and the module are given, audits."""

import random

import numpy as np
import pandas as pd
import pytest

torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: E402, N812
from torch import nn  # noqa: E402

import standout  # noqa: E402
from standout import TorchRecipe  # noqa: E402
from standout.data.dataset import Dataset  # noqa: E402
from standout.errors import InputError  # noqa: E402
from standout.recipes import recipe_of  # noqa: E402
from standout.recipes.nets.live import steps_of  # noqa: E402


def blobs(classes=2, records=60):
    rng = np.random.default_rng(0)
    y = np.arange(records) % classes
    return Dataset(rng.normal(size=(records, 4)) + y[:, None], y)


def trained(recipe, dataset, seed=3, members=None):
    members = np.arange(len(dataset)) % 4 < 2 if members is None else members
    recipe.check(dataset)
    return next(iter(recipe.train(dataset, members[None], np.array([seed]))))


def plain(**more):
    return {"epochs": 3, "scale": False, "device": "cpu", **more}


class Forward(nn.Module):
    """A linear layer with an end of its own."""

    def __init__(self, outputs, end):
        super().__init__()
        self.line, self.end = nn.Linear(4, outputs), end

    def forward(self, x):
        return self.end(self.line(x))


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd", "own"])
def test_the_loop_is_that_of_torch(optimizer):
    """Weights after three epochs of a loop written out here with torch.optim and BatchNorm."""
    kinds = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD, "own": torch.optim.RMSprop}
    more = {"momentum": 0.9} if optimizer == "sgd" else {}

    def mover(parameters):
        return kinds[optimizer](parameters, lr=0.01, weight_decay=0.02, **more)

    def build():
        return nn.Sequential(nn.Linear(4, 6, bias=False), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 3))

    dataset, seed, rows = blobs(3), 7, torch.arange(31)
    asked = mover if optimizer == "own" else optimizer
    recipe = TorchRecipe(build=build, **plain(batch_size=10, lr=0.01, weight_decay=0.02, optimizer=asked))
    ours = trained(recipe, dataset, seed, np.arange(60) < 31).weights
    torch.manual_seed(seed)
    module, draw = build(), torch.Generator().manual_seed(seed)
    moving, x, y = mover(module.parameters()), torch.tensor(dataset.x, dtype=torch.float32), torch.tensor(dataset.y)
    for _ in range(3):
        order = rows[torch.randperm(31, generator=draw)]
        for part in (order[:8], order[8:16], order[16:24], order[24:]):
            moving.zero_grad()
            F.cross_entropy(module(x[part]), y[part]).backward()
            moving.step()
    assert set(ours) == set(module.state_dict()) and ours["1.num_batches_tracked"] == 12
    for name, theirs in module.state_dict().items():
        np.testing.assert_allclose(ours[name], theirs.numpy(), atol=1e-5)


def test_a_scheduler_is_stepped_after_each_epoch():
    rates = []

    class Noting(torch.optim.SGD):
        def step(self, closure=None):
            rates.append(self.param_groups[0]["lr"])

    recipe = TorchRecipe(
        build=lambda: nn.Linear(4, 2),
        optimizer=lambda p: Noting(p, lr=0.8),
        scheduler=lambda o: torch.optim.lr_scheduler.StepLR(o, 1, gamma=0.5),
        **plain(),
    )
    trained(recipe, blobs())
    assert rates == [0.8, 0.4, 0.2]
    named = TorchRecipe(
        build=lambda: nn.Linear(4, 2), scheduler=lambda o: torch.optim.lr_scheduler.StepLR(o, 1, gamma=0.0), **plain()
    )
    once = TorchRecipe(build=lambda: nn.Linear(4, 2), **plain(epochs=1))
    for a, b in zip(trained(named, blobs()).weights.values(), trained(once, blobs()).weights.values()):
        np.testing.assert_allclose(a, b, atol=1e-7)


def test_digits_as_well_as_the_mlp():
    digits = standout.load("digits")
    members = np.random.default_rng(0).random(len(digits)) < 0.5

    def net(in_features, n_classes):
        return nn.Sequential(nn.Flatten(), nn.Linear(in_features, 128), nn.ReLU(), nn.Linear(128, n_classes))

    def accuracy(recipe):
        return (trained(recipe, digits, members=members).logits.argmax(axis=1) == digits.y)[~members].mean()

    ours = accuracy(TorchRecipe(build=net, epochs=12))
    assert ours > 0.94 and abs(ours - accuracy(recipe_of("mlp", {"hidden": 128, "epochs": 12}))) < 0.03


def noisy():
    return nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 2))


def test_a_model_depends_on_its_seed_alone_and_no_state_is_left_changed():
    dataset, recipe = blobs(), TorchRecipe(build=noisy, **plain())
    members = np.stack([np.arange(60) % 2 == 0, np.arange(60) % 2 == 1])
    before = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate(), torch.get_num_threads()
    both = list(recipe.train(dataset, members, np.array([5, 6])))
    assert torch.equal(before[0], torch.get_rng_state()) and random.getstate() == before[2]
    assert (np.random.get_state()[1] == before[1]).all() and torch.get_num_threads() == before[3]
    torch.manual_seed(99)
    alone = trained(recipe, dataset, 6, members[1])
    np.testing.assert_array_equal(alone.logits, both[1].logits)
    assert not np.array_equal(alone.logits, trained(recipe, dataset, 7, members[1]).logits)
    assert alone.note is None


def test_dropout_and_batch_statistics_are_off_in_answers():
    """Each answer is that of the record alone, by the running statistics that were kept."""
    dataset = blobs()
    build = lambda: nn.Sequential(nn.BatchNorm1d(4), nn.Dropout(0.9), nn.Linear(4, 2))  # noqa: E731
    model = trained(TorchRecipe(build=build, **plain()), dataset)
    w = {k: v.astype(np.float64) for k, v in model.weights.items()}
    x = (dataset.x - w["0.running_mean"]) / np.sqrt(w["0.running_var"] + 1e-5) * w["0.weight"] + w["0.bias"]
    np.testing.assert_allclose(model.logits, x @ w["2.weight"].T + w["2.bias"], atol=1e-5)


class Stubborn(nn.Module):
    """Monte Carlo dropout by refusing to leave training mode."""

    def __init__(self):
        super().__init__()
        self.body = noisy()

    def train(self, mode=True):
        return super().train(True)

    def forward(self, x):
        return self.body(x)


def test_a_module_that_stays_in_training_mode_is_refused():
    with pytest.raises(InputError, match=r"Stubborn: Stubborn stays in training mode after eval\(\)"):
        TorchRecipe(build=Stubborn).check(blobs())


def test_a_module_that_answers_differently_twice_is_told():
    build = lambda: Forward(2, lambda z: F.dropout(z, 0.5))  # noqa: E731
    assert "answers differently when asked twice" in str(trained(TorchRecipe(build=build, **plain()), blobs()).note)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 7, 32, 1000])
def test_no_batch_of_one_unless_asked(batch_size):
    for records in range(1, 80):
        sizes = [len(part) for part in torch.arange(records).tensor_split(steps_of(records, batch_size))]
        assert sum(sizes) == records and max(sizes) - min(sizes) <= 1
        assert max(sizes) <= max(batch_size, 3 if records % 2 else 2)
        assert min(sizes) > 1 or 1 in (batch_size, records)


def test_batch_norm_with_one_record_left_over():
    build = lambda: nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 2))  # noqa: E731
    members = np.arange(60) < 33
    assert np.isfinite(trained(TorchRecipe(build=build, **plain(batch_size=2)), blobs(), members=members).logits).all()
    with pytest.raises(InputError, match="batch_size is 1, and BatchNorm needs at least 2"):
        TorchRecipe(build=build, batch_size=1).check(blobs())


SEEN = {
    "grey": (np.arange(8 * 30, dtype=np.uint8).reshape(8, 5, 6), lambda x: x[:, None] / 255),
    "colour": (np.arange(8 * 90, dtype=np.uint8).reshape(8, 5, 6, 3), lambda x: x.transpose(0, 3, 1, 2) / 255),
    "first already": (np.arange(8 * 90, dtype=np.uint8).reshape(8, 3, 5, 6), lambda x: x / 255),
    "floats": (np.arange(8 * 90, dtype=np.float64).reshape(8, 5, 6, 3), lambda x: x.transpose(0, 3, 1, 2)),
}


@pytest.mark.parametrize(("x", "expected"), SEEN.values(), ids=SEEN)
def test_images_come_channels_first(x, expected):
    given = []

    class Noting(nn.Module):
        def __init__(self, in_features):
            super().__init__()
            self.line = nn.Linear(in_features, 2)

        def forward(self, x):
            given.append(x.clone())
            x += 1  # must not reach the records
            return self.line(x.view(len(x), -1))

    trained(TorchRecipe(build=Noting, epochs=1), Dataset(x.copy(), np.arange(8) % 2))
    np.testing.assert_allclose(given[-1].numpy(), expected(x), rtol=1e-6)
    assert given[-1].dtype == torch.float32


def test_tables_are_standardised_on_each_models_own_records():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"pay": rng.normal(3000, 500, 60), "town": rng.choice(["Bonn", "Graz"], 60)})
    dataset, members, given = Dataset(frame, np.arange(60) % 2), np.arange(60) < 30, []

    class Noting(nn.Linear):
        def forward(self, x):
            given.append(x)
            return super().forward(x)

    for scale in (True, False):
        trained(TorchRecipe(build=lambda: Noting(3, 2), epochs=1, scale=scale), dataset, members=members)
        pay = frame["pay"].to_numpy()
        expected = (pay - pay[:30].mean()) / pay[:30].std() if scale else pay
        np.testing.assert_allclose(given[-1][:, 0].numpy(), expected, rtol=1e-4, atol=1e-5)


def test_input_shape_reshapes_each_record():
    build = lambda: nn.Sequential(nn.Conv1d(2, 3, 2), nn.Flatten(), nn.Linear(3, 2))  # noqa: E731
    assert trained(TorchRecipe(build=build, input_shape=(2, 2), **plain()), blobs()).logits.shape == (60, 2)
    with pytest.raises(InputError, match=r"input_shape \(3, 2\) holds 6 numbers; a record has 4"):
        TorchRecipe(build=build, input_shape=(3, 2)).check(blobs())


def by_name(n_classes, in_features, hidden=8):
    return nn.Linear(in_features, n_classes)


def by_place(a, b):
    return nn.Linear(a, b)


def by_place_of_images(shape, classes):
    return nn.Sequential(nn.Flatten(), nn.Linear(int(np.prod(shape)), classes))


def of_channels(in_channels, num_classes):
    return nn.Sequential(nn.Conv2d(in_channels, 2, 3), nn.Flatten(), nn.LazyLinear(num_classes))


class Net(nn.Linear):
    def __init__(self, in_features=4, out_features=3):
        super().__init__(in_features, out_features)


@pytest.mark.parametrize("build", [by_name, by_place, Net, nn.Linear, lambda: nn.Linear(4, 3), lambda **more: Net()])
def test_build_gets_what_its_parameters_ask_for(build):
    assert trained(TorchRecipe(build=build, **plain()), blobs(3)).logits.shape == (60, 3)


@pytest.mark.parametrize("build", [by_place_of_images, of_channels])
def test_build_gets_the_shape_of_images(build):
    images = Dataset(np.random.default_rng(0).random((20, 5, 6, 3)), np.arange(20) % 3)
    assert trained(TorchRecipe(build=build, epochs=1), images).logits.shape == (20, 3)


MADE = nn.Linear(4, 2)


def test_a_linear_net_on_images_is_told_to_flatten():
    with pytest.raises(InputError, match=r"put nn.Flatten\(\) first, or give input_shape=\(64,\)"):
        TorchRecipe(build=lambda: nn.Linear(64, 10)).check(standout.load("digits"))


def test_a_module_that_is_made_already_is_refused_with_the_mend():
    with pytest.raises(InputError, match=r"give its class, build=Linear, or build=lambda: Linear\(...\)"):
        TorchRecipe(build=MADE)
    for model in (MADE, Net):
        with pytest.raises(InputError, match=r"give standout.TorchRecipe\(build=(Linear|Net), epochs=...\) instead"):
            standout.audit(np.zeros((9, 4)), np.arange(9) % 2, model=model)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"epochs": 0}, "epochs must be a whole number, at least 1, not 0"),
        ({"lr": "fast"}, "lr must be above 0, not 'fast'"),
        ({"optimizer": "adma"}, "optimizer must be adam, adamw, sgd or a function, not 'adma'"),
        ({"device": "tpu"}, "device must be auto, cpu or cuda"),
        ({"input_shape": (0, 2)}, "input_shape must be sizes such as"),
    ],
)
def test_settings_are_checked(settings, says):
    with pytest.raises(InputError, match=says):
        TorchRecipe(build=Net, **settings)


def test_settings_of_the_command_line_go_into_the_recipe():
    recipe = recipe_of(TorchRecipe(build=Net, epochs=3), {"epochs": 4, "lr": 0.1}, "cpu")
    assert (recipe.epochs, recipe.lr, recipe.device) == (4, 0.1, "cpu")
    with pytest.raises(InputError, match="has no setting 'epoch'; did you mean 'epochs'"):
        recipe_of(recipe, {"epoch": 4})


def test_identity_is_that_of_code_and_settings():
    def recipe(width, **more):
        return TorchRecipe(build=lambda: nn.Linear(width, 3), **more).identity()

    assert recipe(4) == recipe(4) != recipe(5)
    assert recipe(4, epochs=2) != recipe(4)
    assert recipe(4, loss=nn.CrossEntropyLoss()) != recipe(4, loss=nn.CrossEntropyLoss(label_smoothing=0.1))


def test_an_audit_in_processes_and_resumed_ends_with_the_same_bytes(tmp_path):
    class Own(nn.Module):  # by value: no worker could import it
        def __init__(self, in_features, n_classes):
            super().__init__()
            self.body = nn.Sequential(nn.Linear(in_features, 8), nn.BatchNorm1d(8), nn.Dropout(0.2), nn.ReLU())
            self.end = nn.Linear(8, n_classes)

        def forward(self, x):
            return self.end(self.body(x))

    dataset = blobs(3, 90)
    recipe = TorchRecipe(build=Own, epochs=2)
    runs = [standout.audit(dataset, model=recipe, shadows=6, jobs=jobs, out=tmp_path / str(jobs)) for jobs in (1, 2)]
    files = [sorted((run.path / "shadows").glob("*.npz")) for run in runs]
    assert len(files[0]) == 6 and [a.read_bytes() for a in files[0]] == [b.read_bytes() for b in files[1]]
    kept = files[1][3].read_bytes()
    files[1][3].unlink()
    again = standout.audit(dataset, model=TorchRecipe(build=Own, epochs=2), shadows=6, jobs=2, out=tmp_path / "2")
    assert files[1][3].read_bytes() == kept and again.summary["model"]["parameters"] == 4 * 8 + 8 + 16 + 27
