"""The convolutional net against torch's own modules, and what it refuses."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from standout.data.dataset import Dataset  # noqa: E402
from standout.errors import InputError  # noqa: E402
from standout.recipes import recipe_of  # noqa: E402
from standout.recipes.nets.stacked import Noise  # noqa: E402

SETTINGS = {"channels": (6, 5), "epochs": 2, "batch_size": 8, "dtype": "float32"}
SEEDS = np.array([3, 4])


def images(records=32, channels=2, classes=3):
    rng = np.random.default_rng(0)
    y = np.arange(records) % classes
    return Dataset((rng.normal(size=(records, 6, 8, channels)) + y[:, None, None, None]).astype(np.float32), y)


def halves(n):
    first = np.random.default_rng(1).random(n) < 0.5
    return np.stack([first, ~first])


def test_equals_a_plain_loop_over_torch_modules():
    """Same initial weights, same batches: each net ends where torch's own modules end."""
    dataset, members = images(), halves(32)
    trained = list(recipe_of("convnet", {**SETTINGS, "stack": 2}).train(dataset, members, SEEDS))
    flat = dataset.x.astype(np.float64)
    x = torch.from_numpy((flat - flat.mean()) / flat.std()).float().permute(0, 3, 1, 2)
    y = torch.from_numpy(dataset.y)
    for k, mask in enumerate(members):
        draw = torch.Generator().manual_seed(int(SEEDS[k]))
        first, second, last = (
            torch.nn.Conv2d(2, 6, 3, padding=1),
            torch.nn.Conv2d(6, 5, 3, padding=1),
            torch.nn.Linear(5, 3),
        )
        with torch.no_grad():
            for layer in (first, second, last):
                fan = layer.weight[0].numel()
                scale = (2 / fan) ** 0.5 if layer is not last else fan**-0.5
                layer.weight.copy_(torch.randn(layer.weight.shape, generator=draw) * scale)
                layer.bias.zero_()
        net = torch.nn.Sequential(
            first, torch.nn.ReLU(), second, torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.AdaptiveAvgPool2d(1),
            torch.nn.Flatten(), last,
        )  # fmt: skip
        optimizer = torch.optim.Adam(net.parameters(), 1e-3)
        rows = torch.from_numpy(np.flatnonzero(mask))
        steps = -(-len(rows) // 8)
        for _ in range(2):
            order = rows[torch.randperm(len(rows), generator=draw)]
            for step in range(steps):
                batch = order[step * len(rows) // steps : (step + 1) * len(rows) // steps]
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(net(x[batch]), y[batch]).backward()
                optimizer.step()
        np.testing.assert_allclose(trained[k].logits, net(x).detach().numpy(), atol=1e-4)
        assert trained[k].parameters == sum(p.numel() for p in net.parameters())
        np.testing.assert_allclose(trained[k].weights["layers.0.weight"], first.weight.detach().numpy(), atol=1e-4)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_net_does_not_depend_on_its_company(dtype):
    dataset, members = images(channels=1), halves(32)
    recipe = recipe_of("convnet", {**SETTINGS, "dtype": dtype})
    together = list(recipe.train(dataset, members, SEEDS))
    for k in range(2):
        alone = next(iter(recipe.train(dataset, members[k : k + 1], SEEDS[k : k + 1])))
        np.testing.assert_array_equal(alone.logits, together[k].logits)


def test_bfloat16_learns_what_float32_learns():
    dataset, members = images(300), halves(300)
    accuracy = {}
    for dtype in ("float32", "bfloat16"):
        recipe = recipe_of("convnet", {"channels": (8, 8), "epochs": 8, "batch_size": 16, "lr": 0.01, "dtype": dtype})
        trained = recipe.train(dataset, members, SEEDS)
        accuracy[dtype] = np.mean([(t.logits.argmax(1) == dataset.y).mean() for t in trained])
    assert accuracy["float32"] > 0.9 and accuracy["bfloat16"] == pytest.approx(accuracy["float32"], abs=0.03)


def test_images_too_small_to_halve_are_fine():
    y = np.arange(12) % 2
    dataset = Dataset(np.random.default_rng(0).random((12, 2, 2)), y)
    recipe = recipe_of("convnet", {"channels": (4, 4, 4, 4), "epochs": 1})
    assert np.isfinite(next(iter(recipe.train(dataset, halves(12), SEEDS))).logits).all()


@pytest.mark.parametrize(
    ("settings", "says"),
    [({"channels": ()}, "channels"), ({"channels": (0,)}, "channels"), ({"hidden": 3}, "no setting 'hidden'"),
     ({"dtype": "half"}, "dtype"), ({"stack": -1}, "stack")],
)  # fmt: skip
def test_settings_are_checked(settings, says):
    with pytest.raises(InputError, match=says):
        recipe_of("convnet", settings)


def test_tables_are_refused():
    dataset = Dataset(np.random.default_rng(0).random((12, 4)), np.arange(12) % 2)
    with pytest.raises(InputError, match="give --model mlp"):
        recipe_of("convnet").check(dataset)


def test_dropout_is_on_in_training_off_in_answers_and_of_the_model_alone():
    dataset, members = images(), halves(32)
    recipe = recipe_of("convnet", {**SETTINGS, "dropout": 0.5, "stack": 2})
    dropped = list(recipe.train(dataset, members, SEEDS))
    plain = next(iter(recipe_of("convnet", SETTINGS).train(dataset, members, SEEDS)))
    assert np.abs(dropped[0].logits - plain.logits).max() > 0.01
    for k, own in enumerate(dropped):
        alone = next(iter(recipe.train(dataset, members[k : k + 1], SEEDS[k : k + 1])))
        np.testing.assert_array_equal(alone.logits, own.logits)
        net = recipe.module(dataset, own.weights).eval()
        flat = dataset.x.astype(np.float64)
        x = torch.from_numpy((flat - flat.mean()) / flat.std()).float().flatten(1)
        with torch.inference_mode():
            np.testing.assert_allclose(net(x).numpy(), own.logits, atol=1e-4)


def test_dropout_leaves_out_its_share_and_scales_up_the_others():
    drop = Noise(torch.tensor([3, 4]), step=5).dropping(1, 0.25)
    x = torch.ones(50, 6, 8, 8)
    seen = drop(x, 2)
    assert seen.unique().tolist() == [0.0, pytest.approx(1 / 0.75)]
    assert (seen == 0).float().mean().item() == pytest.approx(0.25, abs=0.02)
    assert torch.equal(seen, Noise(torch.tensor([4]), step=5).dropping(0, 0.25)(x, 2))
    assert not torch.equal(seen, drop(x, 3))
