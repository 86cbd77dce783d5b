"""DP-SGD: what one record can do, what was spent, and what is not claimed."""

import importlib.util
from dataclasses import replace
from math import exp, log, sqrt

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import norm

torch = pytest.importorskip("torch")
pytest.importorskip("opacus")

from standout.data.dataset import Dataset  # noqa: E402
from standout.defend import defended  # noqa: E402
from standout.errors import InputError  # noqa: E402
from standout.recipes import recipe_of  # noqa: E402
from standout.recipes.nets import private  # noqa: E402
from standout.recipes.nets.stacked import layout  # noqa: E402

NONE = np.empty(0, dtype=str)
RECIPES = {
    "mlp": {"epochs": 2, "hidden": (7, 5), "batch_size": 16, "dropout": 0.2},
    "convnet": {"epochs": 2, "channels": (3, 4), "batch_size": 16},
}
CLIP = {"mlp": 0.85, "convnet": 2.0}


def images(n=60, seed=0):
    rng = np.random.default_rng(seed)
    return Dataset(rng.random((n, 6, 5), dtype=np.float32), np.arange(n) % 3)


def halves(n):
    first = np.random.default_rng(1).random(n) < 0.5
    return np.stack([first, ~first])


def net(name, **more):
    return recipe_of(name, {**RECIPES[name], **more}, "cpu")


def divergence(order: int, rate: float, noise: float) -> float:
    """Of the sampled Gaussian at a whole order, by the sum of arXiv 1908.10530, section 3.3."""
    from math import comb

    terms = [
        log(comb(order, k)) + (order - k) * log(1 - rate) + k * log(rate) + (k * k - k) / (2 * noise * noise)
        for k in range(order + 1)
    ]
    return float(logsumexp(terms)) / (order - 1)


@pytest.mark.parametrize(("epsilon", "records", "batch", "epochs"), [(8.0, 400, 32, 4), (1.0, 1000, 100, 2)])
def test_what_is_spent_by_the_formula_of_the_sampled_gaussian(epsilon, records, batch, epochs):
    noise, spent = private.noise_for(epsilon, records, batch, epochs)
    steps = layout(records, batch)[0]
    delta = 1 / records
    by_hand = min(
        steps * epochs * divergence(a, 1 / steps, noise) + log((a - 1) / a) - (log(delta) + log(a)) / (a - 1)
        for a in range(2, 64)
    )
    assert epsilon * 0.99 < spent <= epsilon
    assert spent <= by_hand + 1e-9  # broken orders are tried there, too
    assert spent > by_hand * 0.97


def test_what_is_spent_without_sampling_lies_above_the_exact_curve():
    """All records in each of T steps are one Gaussian of noise / sqrt(T), whose delta is known exactly (Balle and Wang,
    arXiv 1805.06530, theorem 8)."""
    noise, spent = private.noise_for(4.0, 500, 500, 9)
    mu = sqrt(9) / noise
    exact = norm.cdf(mu / 2 - spent / mu) - exp(spent) * norm.cdf(-mu / 2 - spent / mu)
    assert exact <= 1 / 500
    looser = spent * 0.75
    assert norm.cdf(mu / 2 - looser / mu) - exp(looser) * norm.cdf(-mu / 2 - looser / mu) > 1 / 500


def clipped(name, data, labels, clip, smoothing=0.0):
    from opacus.grad_sample.grad_sample_module_fast_gradient_clipping import GradSampleModuleFastGradientClipping

    recipe, draws = net(name, dropout=0.0) if name == "mlp" else net(name), [torch.Generator().manual_seed(5)]
    flat = torch.from_numpy(data.x.reshape(len(data), -1))
    weights = recipe.make(data, flat.shape[1], draws, torch.float32).weights(0)
    module = recipe.module(data, weights).train()
    parameters = list(module.parameters())
    grads = [torch.zeros_like(p) for p in parameters]
    clipping = GradSampleModuleFastGradientClipping(module, max_grad_norm=clip, loss_reduction="sum")
    private.add_clipped(clipping, flat, torch.from_numpy(labels), smoothing, parameters, grads)
    return torch.cat([g.flatten() for g in grads]), recipe.module(data, weights), flat


@pytest.mark.filterwarnings("ignore:Full backward hook")
@pytest.mark.parametrize("name", RECIPES)
def test_the_sum_is_of_gradients_clipped_one_by_one(name):
    """Against a loop over records, each by plain autograd."""
    data = images(12)
    ours, module, flat = clipped(name, data, data.y, CLIP[name], smoothing=0.1)
    wanted, lengths = torch.zeros_like(ours), []
    for x, y in zip(flat, data.y):
        loss = torch.nn.functional.cross_entropy(module(x[None]), torch.tensor([y]), label_smoothing=0.1)
        g = torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(module.parameters()))])
        lengths.append(float(g.norm()))
        wanted += g * min(1.0, CLIP[name] / lengths[-1])
    assert min(lengths) < CLIP[name] < max(lengths)  # or the test would show nothing
    torch.testing.assert_close(ours, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.filterwarnings("ignore:Full backward hook")
@pytest.mark.parametrize("name", RECIPES)
def test_a_record_changed_hugely_moves_the_sum_by_its_bound(name):
    data = images(12)
    x = data.x.copy()
    x[3] *= 1e4
    before, _, _ = clipped(name, data, data.y, 0.5)
    after, _, _ = clipped(name, replace(data, x=x), np.where(np.arange(12) == 3, 2, data.y), 0.5)
    without, _, _ = clipped(name, data.take(np.delete(np.arange(12), 3)), np.delete(data.y, 3), 0.5)
    assert float((after - without).norm()) <= 0.5 + 1e-6
    assert float((before - without).norm()) <= 0.5 + 1e-6
    assert float((after - without).norm()) > 0.49  # it is as long as it may be


@pytest.mark.parametrize("name", RECIPES)
def test_models_depend_on_their_seed_and_members_alone(name):
    data = images()
    members, seeds = halves(len(data)), np.array([3, 4])
    recipe = defended(net(name), "dp-sgd:5", NONE)
    assert recipe.check(data) == []
    first = list(recipe.train(data, members, seeds))
    alone = next(recipe.train(data, members[1:], seeds[1:]))
    np.testing.assert_array_equal(first[1].logits, alone.logits)
    if name == "mlp":  # images are scaled alike for all, by all
        rng = np.random.default_rng(5)
        x, y = data.x.reshape(len(data), -1).copy(), data.y.copy()
        table = Dataset(x, y)
        kept = next(recipe.train(table, members[:1], seeds[:1])).logits
        x, out = x.copy(), ~members[0]
        x[out], y[out] = rng.random((out.sum(), x.shape[1])), rng.integers(0, 3, out.sum())
        again = next(recipe.train(Dataset(x, y), members[:1], seeds[:1])).logits
        np.testing.assert_array_equal(kept[members[0]], again[members[0]])
    other = next(recipe.train(data, members[1:], np.array([9])))
    assert (other.logits != alone.logits).any()
    assert set(alone.weights) == set(next(net(name).train(data, members[1:], seeds[1:])).weights)


def test_little_noise_learns_and_much_noise_does_not():
    rng = np.random.default_rng(0)
    y = np.arange(200) % 2
    x = np.clip(0.25 + 0.5 * y[:, None] + rng.normal(size=(200, 4)) * 0.05, 0, 1)
    data, members = Dataset(x, y), np.ones((1, 200), dtype=bool)
    recipe = net("mlp", epochs=20, lr=0.01)
    right = {}
    for epsilon in (0.05, 100):
        model = next(defended(recipe, f"dp-sgd:{epsilon}", NONE).train(data, members, np.array([1])))
        right[epsilon] = (model.logits.argmax(axis=1) == data.y).mean()
    assert right[100] > 0.97 and right[0.05] < 0.9


def test_a_guarantee_is_claimed_where_there_is_one_and_nowhere_else():
    data = images()
    members = halves(len(data))
    of = lambda text: getattr(defended(net("mlp"), text, data.ids[:3]), "epsilon", lambda *_: None)  # noqa: E731
    spent = of("dp-sgd:2")(data, members)
    assert 1.99 < spent <= 2
    for text in ("temperature:3+dp-sgd:2", "dp-sgd:2+rounding", "label-only+dp-sgd:2+label-smoothing+dropout"):
        assert of(text)(data, members) == pytest.approx(spent, rel=0.01)
    for text in ("logit-reweighting+dp-sgd:2", "remove+dp-sgd:2", "label-smoothing", "temperature", "distillation"):
        assert of(text)(data, members) is None
    scaled = Dataset(data.x.reshape(len(data), -1) * 3, data.y)
    recipe = defended(net("mlp"), "dp-sgd:2", NONE)
    assert recipe.epsilon(scaled, members) is None
    assert "none is claimed" in recipe.check(scaled)[0]


def test_what_dp_sgd_does_not_go_with(monkeypatch):
    data = images()
    with pytest.raises(InputError, match="mlp by dp-sgd cannot be trained with floor"):
        defended(net("mlp"), "dp-sgd+loss-floor", data.ids[:3]).check(data)
    with pytest.raises(InputError, match="cannot be trained with dp,"):
        defended(recipe_of("random-forest", {}), "dp-sgd", NONE).check(data)
    with pytest.raises(InputError, match="stands twice"):
        defended(net("mlp"), "dp-sgd:3+dp-sgd:4", NONE).check(data)
    monkeypatch.setattr(private, "MOST", 1.0)
    with pytest.raises(InputError, match="no noise is enough"):
        private.noise_for(0.5, 100, 50, 2)
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None if name == "opacus" else found(name, *a))
    with pytest.raises(InputError, match=r"pip install 'standout\[dp\]'"):
        defended(net("mlp"), "dp-sgd", NONE).check(data)


def test_many_records_in_a_step_are_taken_in_parts(monkeypatch):
    data = images()
    members = np.ones((1, len(data)), dtype=bool)
    recipe = defended(net("mlp", dropout=0.0, batch_size=60), "dp-sgd:5", NONE)
    whole = next(recipe.train(data, members, np.array([1]))).logits
    monkeypatch.setattr(private, "PHYSICAL", 7)
    np.testing.assert_allclose(next(recipe.train(data, members, np.array([1]))).logits, whole, atol=1e-4)


def test_steps_that_draw_nobody_are_noise_alone():
    """With one record expected in each step, a third of them are empty."""
    data = images(9)
    model = next(
        defended(net("convnet", batch_size=1), "dp-sgd:5", NONE).train(data, np.ones((1, 9), dtype=bool), np.array([1]))
    )
    assert np.isfinite(model.logits).all()
