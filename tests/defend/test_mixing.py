"""Mixup: what is mixed with what, by how much, and what a model trained by it depends on."""

import numpy as np
import pytest
from scipy import stats

torch = pytest.importorskip("torch")

import standout  # noqa: E402
from standout.data.dataset import Dataset  # noqa: E402
from standout.defend import defended  # noqa: E402
from standout.errors import InputError  # noqa: E402
from standout.recipes import recipe_of  # noqa: E402
from standout.recipes.nets.losses import CrossEntropy, gradient  # noqa: E402
from standout.recipes.nets.mixing import Mixup  # noqa: E402
from standout.recipes.nets.stacked import Batches, Noise  # noqa: E402

NONE = np.empty(0, dtype=str)
N, D, C = 40, 5, 3
SIZES = (19, 17)


def mixup(seeds=(3, 4), alpha=0.4, smoothing=0.0):
    """(mixup, base (N, D), weights (S, K, B)) of two models on 19 and 17 of 40 records, in steps of up to 8."""
    base = torch.from_numpy(np.random.default_rng(0).normal(size=(N, D)))
    members = [torch.arange(size) + 2 for size in SIZES]
    weights = Batches.of(members, 8).weights
    noise = Noise(torch.tensor(seeds))
    return Mixup(lambda records: base[records], noise, weights, alpha, CrossEntropy(smoothing)), base, weights


def test_inputs_loss_and_gradient_record_by_record():
    mixed, base, weights = mixup(smoothing=0.1)
    rng = np.random.default_rng(1)
    moved = 0
    for step in range(9):
        mixed.noise.step = step
        own = weights[step % 3].numpy()
        records, labels = rng.integers(0, N, own.shape), rng.integers(0, C, own.shape)
        logits = rng.normal(size=(*own.shape, C))
        x = mixed.inputs(torch.from_numpy(records)).numpy()
        partners, shares = mixed.partners.numpy(), mixed.shares.numpy().astype(float)[:, 0]
        found = gradient(
            mixed, torch.from_numpy(logits), torch.from_numpy(labels), torch.from_numpy(records), torch.arange(2),
            torch.from_numpy(own),
        ).numpy()  # fmt: skip
        losses = mixed(*(torch.from_numpy(a) for a in (logits, labels, records, np.arange(2)))).numpy()
        for k in range(2):
            real = int((own[k] > 0).sum())
            assert sorted(partners[k, :real]) == list(range(real))
            assert partners[k, real:].tolist() == list(range(real, own.shape[1]))
            moved += (partners[k, :real] != np.arange(real)).sum()
            for b in range(own.shape[1]):
                p = partners[k, b]
                wanted = shares[k] * base[records[k, b]] + (1 - shares[k]) * base[records[k, p]]
                np.testing.assert_allclose(x[k, b], wanted, atol=1e-6)
                target = shares[k] * np.eye(C)[labels[k, b]] + (1 - shares[k]) * np.eye(C)[labels[k, p]]
                target = 0.9 * target + 0.1 / C
                q = np.exp(logits[k, b]) / np.exp(logits[k, b]).sum()
                assert losses[k, b] == pytest.approx(-(target * np.log(q)).sum(), rel=1e-6)
                np.testing.assert_allclose(found[k, b], own[k, b] * (q - target), atol=1e-6)
    assert moved > 50


@pytest.mark.parametrize("alpha", [0.2, 1.0, 8.0])
def test_shares_are_of_the_beta_distribution_and_partners_of_all_alike(alpha):
    mixed, _, _ = mixup(range(2), alpha)
    shares, first = [], []
    for step in range(0, 3000, 3):
        mixed.noise.step = step
        partners, share = mixed.draw()
        shares.append(share[:, 0].numpy())
        first.append(partners[0, 0])
    for own in np.array(shares, dtype=float).T:
        assert stats.kstest(own, stats.beta(alpha, alpha).cdf).pvalue > 1e-3
    assert stats.chisquare(np.bincount(first, minlength=6)).pvalue > 1e-3  # its first step has six records
    assert abs(stats.spearmanr(*np.array(shares).T).statistic) < 0.1
    assert abs(stats.spearmanr(np.array(shares)[1:, 0], np.array(shares)[:-1, 0]).statistic) < 0.1


def test_a_model_draws_the_same_in_any_company():
    mixed, _, weights = mixup((3, 4))
    alone = Mixup(mixed.gather, Noise(torch.tensor([4])), weights[:, 1:], 0.4, mixed.plain)
    for step in range(5):
        mixed.noise.step = alone.noise.step = step
        for both, own in zip(mixed.draw(), alone.draw()):
            assert torch.equal(both[1:], own)


@pytest.fixture(scope="module")
def trained():
    """(train, data, members): train(data, members, seeds, name, net) -> logits on 300 digits after 4 epochs."""
    data = standout.load("digits").take(np.arange(300))
    members = np.random.default_rng(0).random((4, len(data))) < 0.5

    def train(data, members, seeds, name="mixup", net="mlp"):
        size = {"hidden": 16, "lr": 0.01, "dropout": 0.1} if net == "mlp" else {"channels": (4, 4)}
        recipe = defended(recipe_of(net, {"epochs": 4, "dtype": "float32", **size}, "cpu"), name, NONE)
        return [t.logits for t in recipe.train(data, members, np.array(seeds))]

    return train, data, members


@pytest.mark.parametrize("net", ["mlp", "convnet"])
def test_company_in_the_stack_moves_no_bit(trained, net):
    train, data, members = trained
    together = train(data, members, range(4), net=net)
    for k in range(4):
        assert np.array_equal(train(data, members[k : k + 1], [k], net=net)[0], together[k])


def test_non_members_move_no_bit(trained):
    """Their labels; and their features, of a table within 0 and 1."""
    train, data, members = trained
    rng, out = np.random.default_rng(1), ~members[0]
    x, y = (data.x / data.x.max()).reshape(len(data), -1), data.y.copy()
    first = train(Dataset(x, y), members[:1], [1])[0]
    x, y = x.copy(), y.copy()
    x[out], y[out] = rng.random((out.sum(), x.shape[1])), (y[out] + 1) % 10
    again = train(Dataset(x, y), members[:1], [1])[0]
    assert np.array_equal(first[members[0]], again[members[0]])


def test_shares_of_0_and_1_alone_are_plain_training(trained):
    """A small alpha draws nothing else: then each step has its own records, some in other places."""
    train, data, members = trained
    plain, little, much = (
        train(data, members[:1], [1], name=f"{name}+dropout:0")[0]
        for name in ("weight-decay:0", "mixup:0.001", "mixup:1")
    )
    np.testing.assert_allclose(little, plain, atol=1e-3)
    assert np.abs(much - plain).max() > 0.1


def test_what_it_does_not_go_with(trained):
    _, data, _ = trained
    for text in ("mixup+distillation", "mixup+down-weighting", "mixup+relaxloss", "dp-sgd+mixup"):
        with pytest.raises(InputError, match="cannot be trained with"):
            defended(recipe_of("mlp", {}), text, data.ids[:3]).check(data)
