"""The stacked loop against torch's own modules, model by model."""

import numpy as np
import pandas as pd
import pytest

torch = pytest.importorskip("torch")

from standout.data.dataset import Dataset  # noqa: E402
from standout.errors import InputError  # noqa: E402
from standout.recipes import recipe_of  # noqa: E402
from standout.recipes.nets.inputs import BOUND, Fit, Source, prepare  # noqa: E402
from standout.recipes.nets.losses import CrossEntropy  # noqa: E402
from standout.recipes.nets.mlp import MlpRecipe  # noqa: E402
from standout.recipes.nets.stacked import Noise, Training, generators, train  # noqa: E402
from standout.recipes.nets.stacked_mlp import StackedMlp  # noqa: E402


def images(records=64, classes=4):
    rng = np.random.default_rng(0)
    y = np.arange(records) % classes
    return Dataset((rng.normal(size=(records, 5, 5)) + y[:, None, None]).astype(np.float32), y)


def pairs(n, models=4):
    rng = np.random.default_rng(1)
    members = np.empty((models, n), dtype=bool)
    members[::2] = rng.random((models // 2, n)) < 0.5
    members[1::2] = ~members[::2]
    return members


def scaled(dataset):
    """Images flat on one scale, as the recipe sees them."""
    x = dataset.x.astype(np.float64)
    return torch.from_numpy((x.reshape(len(x), -1) - x.mean()) / x.std()).float()


SEEDS = np.array([11, 12, 13, 14])
SETTINGS = {"hidden": (16, 8), "epochs": 3, "batch_size": 8, "dtype": "float32"}


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu"])
def test_equals_a_plain_loop_over_torch_modules(optimizer, activation):
    """Same initial weights, same batches: each stacked model ends where nn.Sequential ends on its own."""
    dataset, members = images(), pairs(64)
    settings = {"optimizer": optimizer, "activation": activation, "weight_decay": 0.01, "label_smoothing": 0.1}
    recipe = recipe_of("mlp", {**SETTINGS, **settings})
    stacked = list(recipe.train(dataset, members, SEEDS))
    x = scaled(dataset)
    y = torch.from_numpy(dataset.y)
    act = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "gelu": torch.nn.GELU}[activation]
    for k, mask in enumerate(members):
        draw = torch.Generator().manual_seed(int(SEEDS[k]))
        net = torch.nn.Sequential(torch.nn.Linear(25, 16), act(), torch.nn.Linear(16, 8), act(), torch.nn.Linear(8, 4))
        with torch.no_grad():
            for layer in net[::2]:
                bound = layer.in_features**-0.5
                weight = (torch.rand((layer.in_features, layer.out_features), generator=draw) * 2 - 1) * bound
                bias = (torch.rand((1, layer.out_features), generator=draw) * 2 - 1) * bound
                layer.weight.copy_(weight.T)
                layer.bias.copy_(bias[0])
        kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}.get(optimizer)
        opt = (
            kind(net.parameters(), 1e-3, weight_decay=0.01)
            if kind
            else torch.optim.SGD(net.parameters(), 1e-3, momentum=0.9, weight_decay=0.01)
        )
        rows = torch.from_numpy(np.flatnonzero(mask))
        steps = -(-len(rows) // 8)
        for _ in range(3):
            order = rows[torch.randperm(len(rows), generator=draw)]
            for step in range(steps):
                batch = order[step * len(rows) // steps : (step + 1) * len(rows) // steps]
                opt.zero_grad()
                torch.nn.functional.cross_entropy(net(x[batch]), y[batch], label_smoothing=0.1).backward()
                opt.step()
        np.testing.assert_allclose(stacked[k].logits, net(x).detach().numpy(), atol=2e-4)


@pytest.mark.parametrize("settings", [{}, {"dropout": 0.3}, {"dtype": "bfloat16"}])
def test_a_model_does_not_depend_on_its_company(settings):
    dataset, members = images(), pairs(64)
    recipe = recipe_of("mlp", {**SETTINGS, **settings})
    together = list(recipe.train(dataset, members, SEEDS))
    again = list(recipe.train(dataset, members, SEEDS))
    for k in range(4):
        np.testing.assert_array_equal(again[k].logits, together[k].logits)
        alone = next(iter(recipe.train(dataset, members[k : k + 1], SEEDS[k : k + 1])))
        np.testing.assert_array_equal(alone.logits, together[k].logits)


def test_the_last_of_a_stack_does_not_depend_on_its_company():
    """Its weights end where whole registers of the processor may not: three nets of 1,210 numbers."""
    rng = np.random.default_rng(0)
    dataset = Dataset(rng.normal(size=(300, 64)), rng.integers(0, 10, 300))
    members = np.tile(np.arange(300) < 150, (3, 1))
    recipe = recipe_of("mlp", {"hidden": 16, "epochs": 10, "lr": 0.02, "dtype": "float32"})
    together = list(recipe.train(dataset, members, SEEDS[:3]))
    for k in range(3):
        alone = next(iter(recipe.train(dataset, members[k : k + 1], SEEDS[k : k + 1])))
        np.testing.assert_array_equal(alone.logits, together[k].logits)


def test_dropout_is_on_in_training_and_off_in_answers():
    dataset, members = images(), pairs(64)
    dropped = next(iter(recipe_of("mlp", {**SETTINGS, "dropout": 0.5}).train(dataset, members, SEEDS)))
    plain = next(iter(recipe_of("mlp", SETTINGS).train(dataset, members, SEEDS)))
    assert np.abs(dropped.logits - plain.logits).max() > 0.01
    x = scaled(dataset)
    w = dropped.weights
    h = x
    for layer in range(3):
        h = h @ torch.from_numpy(w[f"layers.{layer}.weight"]).T + torch.from_numpy(w[f"layers.{layer}.bias"])
        h = h.relu() if layer < 2 else h
    np.testing.assert_allclose(dropped.logits, h.numpy(), atol=1e-4)


def test_dropout_noise_is_uniform_and_of_the_model_alone():
    noise = Noise(torch.tensor([3, 4]), step=5)
    u = noise.uniform(400, 100, 0)
    assert u.min() >= 0 and u.max() < 1
    assert u.mean().item() == pytest.approx(0.5, abs=0.01) and (u < 0.25).float().mean().item() == pytest.approx(
        0.25, abs=0.01
    )
    flat = u.reshape(2, -1)
    assert abs(np.corrcoef(flat.numpy())[0, 1]) < 0.02
    assert abs(np.corrcoef(flat[0, :-1], flat[0, 1:])[0, 1]) < 0.02
    assert torch.equal(Noise(torch.tensor([4]), step=5).uniform(400, 100, 0)[0], u[1])
    assert not torch.equal(Noise(torch.tensor([3]), step=6).uniform(400, 100, 0)[0], u[0])


def test_the_loss_hook_sees_records_and_models():
    """A hook that silences some records: they are then as good as not trained on."""
    dataset, members = images(), pairs(64)
    seen: list[set[int]] = [set() for _ in range(4)]
    plain = CrossEntropy()

    def hook(logits, labels, records, models):
        for k in models.tolist():
            seen[k] |= set(records[k].tolist())
            assert torch.equal(labels[k], torch.from_numpy(dataset.y)[records[k]])
        return plain(logits, labels, records, models)

    draws = generators([1, 2, 3, 4], torch.device("cpu"))
    x = torch.from_numpy(dataset.x.reshape(64, -1))
    epochs = []
    train(
        StackedMlp([25, 8, 4], "relu", 0.0, draws), lambda records: x[records], torch.from_numpy(dataset.y),
        [torch.from_numpy(np.flatnonzero(m)) for m in members], draws, Training(2, 8, 1e-3, 0.0, "adam"), hook,
        on_epoch=epochs.append,
    )  # fmt: skip
    assert epochs == [0, 1]
    assert all(seen[k] - {0} == set(np.flatnonzero(members[k])) - {0} for k in range(4))


def test_uneven_models_take_every_record_once_an_epoch():
    """Members of very different number: padding never trains."""
    dataset = images()
    members = np.zeros((2, 64), dtype=bool)
    members[0, :50], members[1, 40:] = True, True
    recipe = recipe_of("mlp", SETTINGS)
    pair = list(recipe.train(dataset, members, SEEDS[:2]))
    alone = next(iter(recipe.train(dataset, members[:1], SEEDS[:1])))
    np.testing.assert_array_equal(pair[0].logits, alone.logits)


def test_tables_are_scaled_on_each_models_own_records():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(5, 2, 80), "b": rng.normal(size=80), "c": rng.choice(list("xyz"), 80)})
    frame.loc[:9, "a"] = np.nan
    dataset = Dataset(frame, rng.integers(0, 2, 80))
    from standout.data.encode import matrix_of

    matrix = matrix_of(dataset)
    rows = np.arange(40)
    fill, shift, scale = prepare(matrix, rows, image=False)
    assert fill[0] == pytest.approx(frame.a[:40].median(), rel=1e-6)
    x = (matrix.filled(*matrix.fit(rows)) - shift) * scale
    np.testing.assert_allclose(x[rows].mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(x[rows].std(axis=0), 1, atol=1e-4)
    trained = list(recipe_of("mlp", SETTINGS).train(dataset, pairs(80), SEEDS))
    assert all(np.isfinite(t.logits).all() for t in trained)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"hiden": 3}, "did you mean 'hidden'"), ({"epochs": 0}, "epochs"), ({"epochs": 1.5}, "whole number"),
        ({"lr": "fast"}, "lr"), ({"dropout": 1.0}, "dropout"), ({"hidden": (0,)}, "hidden"),
        ({"hidden": "wide"}, "hidden"),
        ({"activation": "relo"}, "activation"), ({"optimizer": "lion"}, "optimizer"), ({"lr": float("nan")}, "lr"),
        ({"epochs": True}, "epochs"), ({"batch_size": -1}, "batch_size"), ({"label_smoothing": 2}, "label_smoothing"),
    ],
)  # fmt: skip
def test_settings_are_checked(settings, says):
    with pytest.raises(InputError, match=says):
        MlpRecipe.of(settings, "auto")


def test_divergence_is_told():
    with pytest.raises(InputError, match="lower lr"):
        list(recipe_of("mlp", {**SETTINGS, "lr": 1e30, "optimizer": "sgd"}).train(images(), pairs(64), SEEDS))


def test_no_hidden_layer_is_softmax_regression():
    trained = next(iter(recipe_of("mlp", {**SETTINGS, "hidden": None}).train(images(), pairs(64), SEEDS)))
    assert trained.parameters == 25 * 4 + 4


def test_what_is_rare_in_training_is_not_enormous_outside_of_it():
    """One gap in each of several columns and flags set once: their records, left out, must not be outliers."""
    rng = np.random.default_rng(0)
    n = 400
    frame = pd.DataFrame({f"c{j}": rng.normal(50, 9, n) for j in range(8)})
    for j in range(8):
        frame.loc[j, f"c{j}"] = np.nan
        frame[f"flag{j}"] = (np.arange(n) == 8 + j).astype(int)
    frame["amount"] = np.where(np.arange(n) == 16, 1e6, 0.0)
    y = (frame["c0"].fillna(50) + rng.normal(0, 3, n) > 50).astype(int)
    dataset = Dataset(frame, y)
    members = np.ones((2, n), dtype=bool)
    members[0, :17], members[1, 300:] = False, False
    trained = list(recipe_of("mlp", {**SETTINGS, "epochs": 10}).train(dataset, members, SEEDS[:2]))
    for model in trained:
        assert np.abs(model.logits[:17]).max() < 3 * np.abs(model.logits[17:]).max()


def test_scale_of_constant_and_rare_columns():
    from standout.data.encode import matrix_of

    a, b = np.random.default_rng(0).normal(5, 2, (2, 80))
    a[[3, 60]] = np.nan
    b[61] = np.nan
    frame = pd.DataFrame({"a": a, "b": b, "rare": np.arange(80) == 0, "never": (np.arange(80) == 70) * 5.0})
    matrix = matrix_of(Dataset(frame, np.arange(80) % 2))
    fill, _, scale = prepare(matrix, np.arange(40), image=False)
    assert fill[0] == pytest.approx(np.nanmedian(a[:40]), rel=1e-6)
    assert scale[3] == 1, "constant in training"
    assert scale[4] > 0 and scale[5] == 0, "the gap of a occurs in training, the one of b alone does not"
    cpu = torch.device("cpu")
    fit = Fit.of(matrix, np.arange(80)[None] < 40, False, cpu)
    seen = Source(matrix, False, cpu).seen_by(fit)(slice(0, 80))
    assert seen.abs().max() <= BOUND
    median = (fill[0] - fit.shift[0, 0].item()) * scale[0]
    assert seen[3, 0].item() == pytest.approx(median, abs=1e-5), "the median stands in for the gap"
    assert seen[3, 4] > 1 and seen[61, 5] == seen[0, 5]


def test_bfloat16_learns_what_float32_learns():
    dataset, members = images(400), pairs(400)
    accuracy, logits = {}, {}
    for dtype in ("float32", "bfloat16"):
        trained = list(recipe_of("mlp", {**SETTINGS, "epochs": 40, "dtype": dtype}).train(dataset, members, SEEDS))
        logits[dtype] = np.stack([t.logits for t in trained])
        accuracy[dtype] = (logits[dtype].argmax(2) == dataset.y).mean()
    assert accuracy["float32"] > 0.8 and accuracy["bfloat16"] == pytest.approx(accuracy["float32"], abs=0.02)
    assert 0 < np.abs(logits["bfloat16"] - logits["float32"]).max() < 1


def test_a_plan_fixes_the_precision_and_the_stack_that_was_fastest():
    recipe, dataset = recipe_of("mlp", {**SETTINGS, "dtype": "auto"}), images(256)
    pace = recipe.pace(dataset, 128, 4)
    assert pace.stack_size in (2, 4) and pace.dtype in ("float32", "bfloat16") and pace.seconds > 0
    assert recipe.at("float32").precision() == "float32"
    assert recipe.at("float32").identity() != recipe.at("bfloat16").identity()
    asked = recipe_of("mlp", {**SETTINGS, "stack": 6})
    assert asked.pace(dataset, 128, 32) == (6, "float32", None)
    assert asked.identity() == recipe_of("mlp", SETTINGS).identity(), "no model depends on its company"


def test_a_hook_and_its_closed_form_agree():
    """The default loss knows its gradient; autograd through the hook says the same."""
    from standout.recipes.nets.losses import gradient

    loss = CrossEntropy(0.2)
    draw = torch.Generator().manual_seed(0)
    z, y = torch.randn(3, 5, 4, generator=draw), torch.randint(0, 4, (3, 5), generator=draw)
    weights = torch.rand(3, 5, generator=draw)
    asked = (y, torch.zeros(3, 5), torch.arange(3), weights)
    plain = gradient(lambda *given: loss(*given), z, *asked)
    torch.testing.assert_close(gradient(loss, z.clone(), *asked), plain)
