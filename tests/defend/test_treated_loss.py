"""The loss of a treatment and its gradient, against plain numbers."""

import numpy as np
import pytest
import torch

from standout.errors import InputError
from standout.recipes.nets.losses import CrossEntropy, Treated, gradient
from standout.recipes.treatment import Treatment
from standout.signals import log_softmax

K, N, B, C = 2, 12, 7, 3


@pytest.fixture
def batch():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(K, B, C)).astype(np.float32) * 3
    records = rng.integers(0, N, size=(K, B))
    labels = rng.integers(0, C, size=N)
    return logits, labels, records


def test_every_part_of_a_treatment(batch):
    logits, labels, records = batch
    rng = np.random.default_rng(1)
    rows = np.array([1, 4, 5])
    treatment = Treatment(
        weights=rng.random((K, N), dtype=np.float32),
        floors=rng.random((K, N), dtype=np.float32) * 2,
        smoothing=(rng.random((K, N), dtype=np.float32) * (rng.random((K, N)) < 0.5)).astype(np.float32),
        rows=rows,
        targets=rng.dirichlet(np.ones(C), size=(K, 3)).astype(np.float32),
    )
    loss = Treated(treatment, N, 0.1, torch.device("cpu"))
    models = torch.arange(K)
    ours = loss(torch.tensor(logits), torch.tensor(labels[records]), torch.tensor(records), models).numpy()
    for k in range(K):
        log_p = log_softmax(logits[k])
        for b in range(B):
            i = records[k, b]
            spread = max(treatment.smoothing[k, i], 0.1)
            target = (1 - spread) * np.eye(C)[labels[i]] + spread / C
            if i in rows:
                target = treatment.targets[k, rows.tolist().index(i)]
            value, floor = -(target * log_p[b]).sum(), treatment.floors[k, i]
            wanted = (abs(value - floor) + floor) * treatment.weights[k, i]
            assert ours[k, b] == pytest.approx(wanted, rel=1e-5)


def test_its_gradient_is_that_of_autograd(batch):
    logits, labels, records = (torch.tensor(a) for a in batch)
    rng, models, weights = np.random.default_rng(2), torch.arange(K), torch.rand(K, B)
    treatment = Treatment(
        weights=rng.random((K, N), dtype=np.float32),
        floors=rng.random((K, N), dtype=np.float32) * 4,
        smoothing=rng.random((K, N), dtype=np.float32) / 2,
        rows=np.array([1, 4, 5]),
        targets=rng.dirichlet(np.ones(C), size=(K, 3)).astype(np.float32),
    )
    loss = Treated(treatment, N, 0.1, torch.device("cpu"))
    leaf = logits.clone().requires_grad_()
    (loss(leaf, labels[records], records, models) * weights).sum().backward()
    found = gradient(loss, logits, labels[records], records, models, weights)
    assert leaf.grad is not None
    torch.testing.assert_close(found, leaf.grad, rtol=1e-5, atol=1e-6)


def test_a_treatment_that_treats_nothing_is_cross_entropy(batch):
    logits, labels, records = (torch.tensor(a) for a in batch)
    models, weights = torch.arange(K), torch.rand(K, B)
    plain = gradient(CrossEntropy(0.2), logits, labels[records], records, models, weights)
    treated = gradient(
        Treated(Treatment(), N, 0.2, torch.device("cpu")), logits, labels[records], records, models, weights
    )
    torch.testing.assert_close(treated, plain, rtol=0, atol=1e-6)


def test_two_treatments_of_one_thing_are_refused():
    floors = np.zeros((K, N), dtype=np.float32)
    joined = Treatment(floors=floors).joined(Treatment(weights=floors))
    assert joined.floors is floors and joined.weights is floors and joined.needs == {"floor", "weight"}
    with pytest.raises(InputError, match="floors"):
        joined.joined(Treatment(floors=floors))


def test_models_of_a_stack_have_their_own(batch):
    logits, labels, records = (torch.tensor(a) for a in batch)
    floors = np.stack([np.zeros(N), np.full(N, 50.0)]).astype(np.float32)
    loss = Treated(Treatment(floors=floors).of_models([1, 0]), N, 0.0, torch.device("cpu"))
    values = loss(logits, labels[records], records, torch.arange(K))
    assert (values[0] > 50).all() and (values[1] < 50).all()
