"""RelaxLoss against plain numbers, and what a model trained by it depends on."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import standout  # noqa: E402
from standout.data.dataset import Dataset  # noqa: E402
from standout.defend import defended  # noqa: E402
from standout.errors import InputError  # noqa: E402
from standout.recipes import recipe_of  # noqa: E402
from standout.recipes.nets.losses import gradient  # noqa: E402
from standout.recipes.nets.relaxed import RelaxLoss  # noqa: E402

NONE = np.empty(0, dtype=str)
B, C = 9, 4


def by_hand(z, y, target, epoch):
    """One step of one model, record by record: z float64 (B, C), y int (B,)."""
    losses, flats = [], []
    for logits, label in zip(z, y):
        p = np.exp(logits) / np.exp(logits).sum()
        losses.append(-np.log(p[label]))
        wanted = [p[label] if c == label else (1 - p[label]) / (C - 1) for c in range(C)]
        right = logits.argmax() == label
        flats.append(0.0 if right else -sum(t * np.log(q) for t, q in zip(wanted, p)))
    mean = np.mean(losses)
    if epoch % 2 == 0:
        return abs(mean - target)
    return mean if mean > target else np.mean(np.array(flats) - np.array(losses))


def slopes(z, y, target, epoch, h=1e-6):
    """By central differences."""
    out = np.zeros_like(z)
    for at in np.ndindex(z.shape):
        up, down = z.copy(), z.copy()
        up[at] += h
        down[at] -= h
        out[at] = (by_hand(up, y, target, epoch) - by_hand(down, y, target, epoch)) / (2 * h)
    return out


@pytest.mark.parametrize("epoch", [0, 1, 2, 3])
def test_loss_and_gradient_of_both_kinds_of_epochs(epoch):
    """Model 0 lies above the target, model 1 below it with records both right and wrong; three rows are padding."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, C, (2, B))
    z = rng.normal(size=(2, B, C))
    z[1] += 2.5 * np.eye(C)[y[1]]
    own = z[1, : B - 3].argmax(axis=1) == y[1, : B - 3]
    weights = np.zeros((2, B))
    weights[:, : B - 3] = 1 / (B - 3)
    loss = RelaxLoss(0.7)
    loss.after(epoch)
    values = loss(*(torch.from_numpy(a) for a in (z, y, weights))).numpy()
    place = torch.zeros(2, B, dtype=torch.long)
    found = gradient(
        loss, torch.from_numpy(z), torch.from_numpy(y), place, torch.arange(2), torch.from_numpy(weights)
    ).numpy()
    plain = [by_hand(z[k, : B - 3], y[k, : B - 3], 0.0, 0) for k in range(2)]
    assert plain[0] > 0.7 > plain[1] and own.any() and not own.all()  # or the test would show less
    for k in range(2):
        part = z[k, : B - 3], y[k, : B - 3], 0.7, epoch
        assert values[k] == pytest.approx(by_hand(*part), rel=1e-12)
        np.testing.assert_allclose(found[k, : B - 3], slopes(*part), atol=1e-8)
        assert not found[k, B - 3 :].any()


@pytest.fixture(scope="module")
def trained():
    """(train, data, members): train(data, members, seeds, name, net) -> logits on 300 digits after 4 epochs."""
    data = standout.load("digits").take(np.arange(300))
    members = np.random.default_rng(0).random((4, len(data))) < 0.5

    def train(data, members, seeds, name="relaxloss", epochs=4, net="mlp"):
        size = {"hidden": 16, "lr": 0.01} if net == "mlp" else {"channels": (4, 4)}
        recipe = defended(recipe_of(net, {"epochs": epochs, **size}, "cpu"), name, NONE)
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


def test_the_mean_loss_stays_near_the_target(trained):
    """Without it the loss on members goes below a tenth."""
    train, data, members = trained

    def loss_of(name):
        z = train(data, members[:1], [1], name=name, epochs=31)[0].astype(np.float64)
        z -= np.log(np.exp(z).sum(axis=1, keepdims=True))
        return -z[members[0], data.y[members[0]]].mean()

    assert loss_of("weight-decay:0") < 0.1 < 0.3 < loss_of("relaxloss:0.6") < 1.2


def test_what_it_does_not_go_with(trained):
    _, data, _ = trained
    of = lambda text, name="mlp": defended(recipe_of(name, {}), text, data.ids[:3])  # noqa: E731
    with pytest.raises(InputError, match="mlp by relaxloss cannot be trained with floor"):
        of("relaxloss+loss-floor").check(data)
    with pytest.raises(InputError, match="random-forest cannot be trained with relaxloss"):
        of("relaxloss", "random-forest").check(data)
    with pytest.raises(InputError, match="stands twice"):
        of("relaxloss:1+relaxloss:2").check(data)
    for text in ("relaxloss+label-smoothing", "label-smoothing+relaxloss"):
        with pytest.raises(InputError, match="goes with no label smoothing"):
            of(text).check(data)
    assert of("relaxloss+remove").check(data) == of("remove").check(data)
