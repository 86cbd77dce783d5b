"""Grad-CAM of a rebuilt convnet against the formula, and the rebuilt net against what the models answered."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("captum")
safetensors = pytest.importorskip("safetensors.numpy")

from standout.data.dataset import Dataset  # noqa: E402
from standout.errors import InputError  # noqa: E402
from standout.explain.gradcam import looks_of  # noqa: E402
from standout.recipes import recipe_of  # noqa: E402
from standout.recipes.nets.rebuilt import as_seen, net_of  # noqa: E402


def images(shape, dtype=np.float32, records=24):
    rng = np.random.default_rng(0)
    y = np.arange(records) % 3
    x = rng.random((records, *shape)) + y.reshape(-1, *[1] * len(shape)) / 3
    return Dataset((x * 150).astype(dtype) if dtype == np.uint8 else x.astype(dtype), y, kind="image")


def recipe_with(channels):
    return recipe_of("convnet", {"channels": channels, "epochs": 2, "batch_size": 8}, "cpu")


DENSE = recipe_of("densenet", {"depth": 10, "growth": 3, "epochs": 2, "batch_size": 8, "dtype": "float32"}, "cpu")


def trained_by(recipe, dataset, models=1):
    members = np.random.default_rng(1).random((models, len(dataset))) < 0.5
    return list(recipe.train(dataset, members, np.arange(models) + 5))


def trained_on(dataset, channels, models=1):
    return trained_by(recipe_with(channels), dataset, models)


def stored(trained):
    return np.frombuffer(safetensors.save(trained.weights), dtype=np.uint8)


@pytest.mark.parametrize(
    ("shape", "dtype", "channels"),
    [((8, 8), np.float32, (5, 6, 7)), ((6, 9, 3), np.uint8, (4, 5)), ((2, 2), np.float64, (4, 4, 4, 4)),
     ((7, 5, 2), np.float32, (3,))],
)  # fmt: skip
def test_a_rebuilt_net_answers_as_it_did(shape, dtype, channels):
    dataset = images(shape, dtype)
    rows = np.array([3, 20, 0, 7])
    for trained in trained_on(dataset, channels, models=2):
        with torch.inference_mode():
            again = net_of(recipe_with(channels), dataset, stored(trained))(as_seen(dataset, rows)).numpy()
        np.testing.assert_allclose(again, trained.logits[rows], rtol=1e-5, atol=1e-5)


def test_a_rebuilt_densenet_answers_as_it_did():
    dataset, rows = images((8, 8, 3)), np.array([3, 20, 0, 7])
    trained = trained_by(DENSE, dataset)[0]
    with torch.inference_mode():
        again = net_of(DENSE, dataset, stored(trained))(as_seen(dataset, rows)).numpy()
    np.testing.assert_allclose(again, trained.logits[rows], rtol=1e-5, atol=1e-5)
    fewer = {name: w.copy() for name, w in trained.weights.items() if "running_mean" not in name}
    with pytest.raises(InputError, match="no densenet"):
        net_of(DENSE, dataset, np.frombuffer(safetensors.save(fewer), dtype=np.uint8))


def test_maps_of_a_densenet_are_those_of_the_formula():
    """Slopes of a logit by central differences in float64, from what the last norm puts out: after it come a relu, the
    mean over places and the linear layer."""
    dataset, rows, labels = images((8, 8, 3)), np.array([1, 5, 9]), np.array([0, 2, 1])
    trained = trained_by(DENSE, dataset)[0]
    found = looks_of(DENSE, stored(trained), dataset, rows, labels)
    net, seen = net_of(DENSE, dataset, stored(trained)), []
    net.last.register_forward_hook(lambda module, x, out: seen.append(out.detach().double().numpy()))
    with torch.inference_mode():
        net(as_seen(dataset, rows))
    weight = net.layers[-1].weight.detach().double().numpy()
    logit = lambda a, label: float(np.maximum(a, 0).mean(axis=(1, 2)) @ weight[label])  # noqa: E731
    for a, label, heat in zip(seen[0], labels, found.maps):
        slopes = np.zeros(len(a))
        for k, i, j in np.ndindex(*a.shape):
            up, down = a.copy(), a.copy()
            up[k, i, j] += 1e-6
            down[k, i, j] -= 1e-6
            slopes[k] += (logit(up, label) - logit(down, label)) / 2e-6
        expected = np.maximum(np.einsum("k,kij->ij", slopes / a[0].size, a), 0)
        np.testing.assert_allclose(heat, expected, rtol=1e-3, atol=1e-5)
    assert (found.maps > 0).any()
    np.testing.assert_allclose(found.logits, trained.logits[rows], rtol=1e-5, atol=1e-5)


def test_a_net_of_another_architecture_is_no_convnet():
    dataset, recipe = images((8, 8)), recipe_with((4, 5))
    weights = dict(trained_by(recipe, dataset)[0].weights)
    other = {"fewer": {**weights, "layers.0.weight": weights["layers.0.weight"][:, :, :2]}}
    other["named"] = {f"module.{name}": w for name, w in weights.items()}
    other["flat"] = {name: w.reshape(len(w), -1) for name, w in weights.items()}
    for own in other.values():
        with pytest.raises(InputError, match="no convnet"):
            kept = safetensors.save({n: w.copy() for n, w in own.items()})
            net_of(recipe, dataset, np.frombuffer(kept, dtype=np.uint8))


def by_the_formula(weights, x, label):
    """relu(sum_k mean_places(d logit / d A_k) A_k) of one picture (channels, H, W), by loops and central differences
    in float64 from the last convolution on."""
    layers = [(weights[f"layers.{n}.weight"], weights[f"layers.{n}.bias"]) for n in range(len(weights) // 2)]
    layers = [(torch.from_numpy(w).double(), torch.from_numpy(b).double()) for w, b in layers]
    a = torch.from_numpy(x).double()[None]

    def after(a, n):
        a = a.clamp(min=0)
        if n and min(a.shape[2:]) > 1:
            h, w = a.shape[2] // 2 * 2, a.shape[3] // 2 * 2
            corners = [a[:, :, i:h:2, j:w:2] for i in (0, 1) for j in (0, 1)]
            a = torch.stack(corners).amax(0)
        return a

    for n, (w, b) in enumerate(layers[:-1]):
        before = torch.nn.functional.pad(a, (1, 1, 1, 1))
        patches = before.unfold(2, 3, 1).unfold(3, 3, 1)
        a = torch.einsum("bchwij,ocij->bohw", patches, w) + b[:, None, None]
        if n < len(layers) - 2:
            a = after(a, n)

    def logit(a):
        h = after(a, len(layers) - 2).mean((2, 3))
        return float((h @ layers[-1][0].T + layers[-1][1])[0, label])

    channels, height, width = a.shape[1:]
    heat = np.zeros((height, width))
    step = 1e-6
    for k in range(channels):
        slope = 0.0
        for i in range(height):
            for j in range(width):
                up, down = a.clone(), a.clone()
                up[0, k, i, j] += step
                down[0, k, i, j] -= step
                slope += (logit(up) - logit(down)) / (2 * step)
        heat += slope / (height * width) * a[0, k].numpy()
    return np.maximum(heat, 0)


@pytest.mark.parametrize("channels", [(4, 5), (3,), (3, 4, 5)])
def test_maps_are_those_of_the_formula(channels):
    dataset = images((6, 7, 2))
    trained = trained_on(dataset, channels)[0]
    rows, labels = np.array([1, 5, 9, 14]), np.array([0, 2, 1, 2])
    found = looks_of(recipe_with(channels), stored(trained), dataset, rows, labels)
    seen = (dataset.x - dataset.x.mean(dtype=np.float64)) / dataset.x.std(dtype=np.float64)
    for b, (row, label) in enumerate(zip(rows, labels)):
        expected = by_the_formula(trained.weights, seen[row].transpose(2, 0, 1).astype(np.float32), label)
        np.testing.assert_allclose(found.maps[b], expected, rtol=1e-3, atol=1e-5)
    assert (found.maps > 0).any() and found.maps.shape[0] == 4
    np.testing.assert_allclose(found.logits, trained.logits[rows], rtol=1e-5, atol=1e-5)


def test_maps_do_not_depend_on_how_many_go_at_a_time(monkeypatch):
    dataset = images((6, 6))
    weights = stored(trained_on(dataset, (4, 5))[0])
    rows = np.arange(10)
    together = looks_of(recipe_with((4, 5)), weights, dataset, rows, dataset.y[rows])
    monkeypatch.setattr("standout.explain.gradcam.PIXELS", 100)
    few = looks_of(recipe_with((4, 5)), weights, dataset, rows, dataset.y[rows])
    np.testing.assert_allclose(few.maps, together.maps, atol=1e-6)
