"""Individual clipping against plain numbers, and what it does to records that are learned by heart."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import standout  # noqa: E402
from standout.defend import defended  # noqa: E402
from standout.errors import InputError  # noqa: E402
from standout.recipes import recipe_of  # noqa: E402
from standout.recipes.nets.capped import Capped  # noqa: E402
from standout.recipes.nets.losses import CrossEntropy, Treated, gradient  # noqa: E402
from standout.recipes.treatment import Treatment  # noqa: E402
from standout.signals import log_softmax  # noqa: E402

K, N, B, C = 2, 12, 40, 3


@pytest.mark.parametrize("floored", [False, True])
def test_gradients_are_shortened_record_by_record(floored):
    rng = np.random.default_rng(0)
    z = rng.normal(size=(K, B, C)).astype(np.float32) * 4
    records, labels = rng.integers(0, N, (K, B)), rng.integers(0, C, N)
    caps = np.where(rng.random((K, N)) < 0.5, rng.random((K, N)), np.inf).astype(np.float32)
    caps[0, 3] = 0
    weights = rng.random((K, B), dtype=np.float32)
    floors = np.full((K, N), 0.3, dtype=np.float32)
    cpu = torch.device("cpu")
    inner = Treated(Treatment(floors=floors), N, 0.0, cpu) if floored else CrossEntropy()
    given = [torch.from_numpy(a) for a in (z, labels[records], records, np.arange(K), weights)]
    ours = gradient(Capped(inner, caps, cpu), *given).numpy()
    capped = 0
    for k in range(K):
        p = np.exp(log_softmax(z[k]))
        for b in range(B):
            i = records[k, b]
            wanted = p[b] - np.eye(C)[labels[i]]
            assert np.linalg.norm(wanted) <= 2**0.5
            if floored and -np.log(p[b, labels[i]]) < 0.3:
                wanted = -wanted
            if np.linalg.norm(wanted) > caps[k, i]:
                wanted *= caps[k, i] / np.linalg.norm(wanted)
                capped += 1
            np.testing.assert_allclose(ours[k, b], weights[k, b] * wanted, atol=2e-6)
    assert 10 < capped < K * B - 10


def test_models_of_a_stack_and_made_rows_have_their_own():
    clips = np.arange(K * N, dtype=np.float32).reshape(K, N)
    treatment = Treatment(clips=clips).for_made(np.array([3, 0]), N).of_models([1, 0])
    assert treatment.needs == {"clip"}
    np.testing.assert_array_equal(treatment.clips, np.concatenate([clips, clips[:, [3, 0]]], axis=1)[[1, 0]])


@pytest.fixture(scope="module")
def trained():
    """(train, data, members, aim): train(data, members, seeds, name) -> logits; those aimed at have false labels."""
    data = standout.load("digits").take(np.arange(300))
    members = np.random.default_rng(0).random((4, len(data))) < 0.5
    aim = np.flatnonzero(members[0])[:8]
    y = data.y.copy()
    y[aim] = (y[aim] + 3) % 10
    data = replace(data, y=y)

    def train(data, members, seeds, name="clipping", epochs=4, net="mlp"):
        size = {"hidden": 16, "lr": 0.01} if net == "mlp" else {"channels": (4, 4)}
        recipe = defended(recipe_of(net, {"epochs": epochs, "dtype": "float32", **size}, "cpu"), name, data.ids[aim])
        return [t.logits for t in recipe.train(data, members, np.array(seeds))]

    return train, data, members, aim


@pytest.mark.parametrize("net", ["mlp", "convnet"])
def test_company_in_the_stack_and_non_members_move_no_bit(trained, net):
    train, data, members, _ = trained
    together = train(data, members, range(4), net=net)
    y = data.y.copy()
    y[~members[2]] = (y[~members[2]] + 1) % 10
    for k in range(4):
        other = replace(data, y=y) if k == 2 else data
        assert np.array_equal(train(other, members[k : k + 1], [k], net=net)[0], together[k])


def test_bounds_of_the_strength(trained):
    """At 0 aimed records weigh nothing, at the root of 2 all is as without."""
    train, data, members, _ = trained
    for ours, same in (("clipping:0", "down-weighting:0"), (f"clipping:{2**0.5}", "down-weighting:1")):
        a, b = (train(data, members[:1], [0], name=n)[0] for n in (ours, same))
        np.testing.assert_allclose(a, b, atol=2e-4)


def test_false_labels_are_learned_later(trained):
    train, data, members, aim = trained
    own, others = aim, np.setdiff1d(np.flatnonzero(members[0]), aim)
    losses = {}
    for strength in (0.05, 2**0.5):
        log_p = log_softmax(train(data, members[:1], [0], name=f"clipping:{strength}", epochs=40)[0])
        losses[strength] = [-log_p[rows, data.y[rows]].mean() for rows in (own, others)]
    assert losses[0.05][0] > 2 * losses[2**0.5][0] and losses[0.05][1] < 0.2


def test_what_it_does_not_go_with(trained):
    _, data, _, _ = trained
    of = lambda text, name="mlp": defended(recipe_of(name, {}), text, data.ids[:3])  # noqa: E731
    for text in ("clipping+mixup", "relaxloss+clipping", "dp-sgd+clipping"):
        with pytest.raises(InputError, match="cannot be trained with clip"):
            of(text).check(data)
    with pytest.raises(InputError, match="random-forest cannot be trained with clip"):
        of("clipping", "random-forest").check(data)
    with pytest.raises(InputError, match="stands twice"):
        of("clipping:0.1+clipping:0.2").check(data)
    assert of("clipping+early-stopping+loss-floor+self-distillation").check(data) == of("clipping").check(data)
