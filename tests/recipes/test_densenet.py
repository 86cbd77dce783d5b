"""DenseNet-BC against torch's own optimiser and schedule, against its equations, and under the defences."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: E402, N812

from standout.data.dataset import Dataset  # noqa: E402
from standout.defend import defended  # noqa: E402
from standout.errors import InputError  # noqa: E402
from standout.recipes import recipe_of  # noqa: E402
from standout.recipes.nets.densenet import channel_scale  # noqa: E402

SETTINGS = {"depth": 16, "growth": 4, "epochs": 4, "batch_size": 8, "lr": 0.05, "drops": (0.5,), "dtype": "float32"}
SEEDS = np.array([3, 4])
NONE = np.empty(0, dtype=str)


def images(records=32, side=8, classes=3):
    rng = np.random.default_rng(0)
    y = np.arange(records) % classes
    x = rng.normal(size=(records, side, side, 3)) * [1, 2, 3] + y[:, None, None, None] + [0, 5, -5]
    return Dataset(x.astype(np.float32), y)


def halves(n):
    first = np.arange(n) % 4 < 2
    return np.stack([first, ~first])


def test_the_papers_net_has_769162_parameters():
    x = np.zeros((20, 32, 32, 3), dtype=np.uint8)
    data, recipe = Dataset(x, np.arange(20) % 10), recipe_of("densenet")
    net = recipe.net(data)
    assert sum(p.numel() for p in net.parameters()) == 769_162
    assert recipe.count({name: t.numpy() for name, t in net.state_dict().items()}) == 769_162
    assert sum(isinstance(m, (torch.nn.Conv2d, torch.nn.Linear)) for m in net.modules()) == 100  # layers with weights


def test_equals_torchs_own_optimiser_and_schedule():
    """Same initial weights, same batches, torch.optim.SGD and MultiStepLR: each net ends where that loop ends."""
    dataset, members = images(), halves(32)
    recipe = recipe_of("densenet", {**SETTINGS, "weight_decay": 0.01})
    trained = list(recipe.train(dataset, members, SEEDS))
    flat = dataset.x.astype(np.float64)
    x = torch.from_numpy((flat - flat.mean()) / flat.std()).float().flatten(1)
    y = torch.from_numpy(dataset.y)
    shift, scale = channel_scale(dataset)
    for k, mask in enumerate(members):
        draw = torch.Generator().manual_seed(int(SEEDS[k]))
        net = recipe.net(dataset)
        net.draw(draw)
        net.shift.copy_(torch.from_numpy(shift))
        net.scale.copy_(torch.from_numpy(scale))
        optimizer = torch.optim.SGD(net.parameters(), 0.05, momentum=0.9, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [2], 0.1)
        rows = torch.from_numpy(np.flatnonzero(mask))
        for _ in range(4):
            order = rows[torch.randperm(len(rows), generator=draw)]
            for batch in order.split(8):
                optimizer.zero_grad()
                F.cross_entropy(net(x[batch]), y[batch]).backward()
                optimizer.step()
            schedule.step()
        net.eval()
        np.testing.assert_allclose(trained[k].logits, net(x).detach().numpy(), atol=2e-3)
        assert trained[k].parameters == sum(p.numel() for p in net.parameters())
        mean = trained[k].weights["layers.1.norm1.running_mean"]
        np.testing.assert_allclose(mean, net.layers[1].norm1.running_mean.numpy(), atol=1e-4)


def test_answers_by_the_equations_of_the_paper():
    """Logits from the stored weights by hand: channels standardised, bottlenecks joined, transitions halve."""
    dataset = images()
    model = next(iter(recipe_of("densenet", SETTINGS).train(dataset, halves(32)[:1], SEEDS[:1])))
    w = {name: torch.from_numpy(v) for name, v in model.weights.items()}
    own = dataset.x.astype(np.float64)
    x = torch.from_numpy((own - own.mean((0, 1, 2))) / own.std((0, 1, 2))).float().permute(0, 3, 1, 2)

    def relu_of(x, name):
        parts = [w[f"{name}.{p}"] for p in ("running_mean", "running_var", "weight", "bias")]
        return F.relu(F.batch_norm(x, *parts))

    x = F.conv2d(x, w["layers.0.weight"], padding=1)
    for at in range(1, 9):  # blocks of two, a transition after the first two of them
        if at in (3, 6):
            x = F.avg_pool2d(F.conv2d(relu_of(x, f"layers.{at}.norm"), w[f"layers.{at}.conv.weight"]), 2)
            continue
        new = F.conv2d(relu_of(x, f"layers.{at}.norm1"), w[f"layers.{at}.conv1.weight"])
        new = F.conv2d(relu_of(new, f"layers.{at}.norm2"), w[f"layers.{at}.conv2.weight"], padding=1)
        x = torch.cat([x, new], 1)
    features = relu_of(x, "layers.9").mean((2, 3))
    np.testing.assert_allclose(model.features, features.numpy(), atol=1e-2)
    logits = F.linear(features, w["layers.10.weight"], w["layers.10.bias"])
    np.testing.assert_allclose(model.logits, logits.numpy(), atol=1e-3)


@pytest.mark.parametrize("text", ["none", "dropout:0.25", "early-stopping"])
def test_a_net_does_not_depend_on_its_company(text):
    dataset, members = images(), halves(32)
    recipe = recipe_of("densenet", {**SETTINGS, "epochs": 2})
    recipe = recipe if text == "none" else defended(recipe, text, NONE)
    together = list(recipe.train(dataset, members, SEEDS))
    for k in range(2):
        alone = next(iter(recipe.train(dataset, members[k : k + 1], SEEDS[k : k + 1])))
        np.testing.assert_array_equal(alone.logits, together[k].logits)


def test_early_stopping_answers_by_the_statistics_of_its_epoch():
    """A model stopped early is the one trained for as many epochs without the rows held out, running means too."""
    dataset, members = images(60), np.ones((1, 60), dtype=bool)
    recipe = recipe_of("densenet", {**SETTINGS, "drops": (), "lr": 0.3})
    held = np.zeros((1, 60), dtype=bool)
    held[:, ::10] = True
    from standout.recipes.treatment import Treatment

    stopped = next(iter(recipe.train(dataset, members & ~held, SEEDS[:1], treatment=Treatment(held=held))))
    each = [
        next(iter(replace(recipe, epochs=e).train(dataset, members & ~held, SEEDS[:1]))).logits for e in range(1, 5)
    ]
    assert any(np.array_equal(stopped.logits, logits) for logits in each)


def test_dropout_and_bfloat16_change_training_and_not_the_answer():
    dataset, members = images(), halves(32)[:1]
    logits = {}
    for name, more in {"plain": {}, "dropout": {"dropout": 0.5}, "half": {"dtype": "bfloat16"}}.items():
        recipe = recipe_of("densenet", {**SETTINGS, **more})
        first, again = (next(iter(recipe.train(dataset, members, SEEDS[:1]))).logits for _ in range(2))
        np.testing.assert_array_equal(first, again)
        logits[name] = first
    assert not np.allclose(logits["plain"], logits["dropout"])
    np.testing.assert_allclose(logits["half"], logits["plain"], atol=1.5)


def test_dp_sgd_trains_it_with_group_norm():
    pytest.importorskip("opacus")
    dataset, members = images(), halves(32)[:1]
    recipe = recipe_of("densenet", {**SETTINGS, "depth": 10, "epochs": 1})
    own = defended(recipe, "dp-sgd:8", NONE)
    own.check(dataset)
    model = next(iter(own.train(dataset, members, SEEDS[:1])))
    assert "layers.1.norm1.running_mean" not in model.weights
    assert own.epsilon(dataset, members) <= 8


def test_it_learns():
    dataset, members = images(120), halves(120)[:1]
    model = next(iter(recipe_of("densenet", {**SETTINGS, "epochs": 8}).train(dataset, members, SEEDS[:1])))
    assert (model.logits.argmax(1) == dataset.y).mean() > 0.9


@pytest.mark.parametrize("settings", [{"depth": 12}, {"drops": (1.5,)}, {"norm": "layer"}, {"growth": 0}])
def test_refuses_settings_that_cannot_be(settings):
    with pytest.raises(InputError, match=f"densenet: {next(iter(settings))} must be"):
        recipe_of("densenet", settings)


def test_refuses_tables():
    with pytest.raises(InputError, match="takes images"):
        recipe_of("densenet").check(Dataset(np.zeros((20, 4)), np.arange(20) % 2))
