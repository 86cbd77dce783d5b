"""Self-distillation: aimed records come late, labelled by the net itself."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import standout
from standout.defend import defended
from standout.recipes import recipe_of
from standout.recipes.nets.losses import CrossEntropy, Treated, gradient
from standout.recipes.treatment import Treatment

K, N, B, C = 2, 12, 9, 3


def test_rows_wait_and_then_have_the_answers_as_targets():
    rng = np.random.default_rng(0)
    rows = np.array([2, 7])
    logits, records = torch.tensor(rng.normal(size=(K, B, C)), dtype=torch.float32), torch.arange(B).expand(K, B)
    labels, models, weights = torch.tensor(rng.integers(0, C, (K, B))), torch.arange(K), torch.rand(K, B)
    loss = Treated(Treatment(rows=rows, wait=0.5), N, 0.0, torch.device("cpu"))
    plain = gradient(CrossEntropy(), logits, labels, records, models, weights)
    before = gradient(loss, logits, labels, records, models, weights)
    others = np.setdiff1d(np.arange(B), rows)
    assert torch.allclose(before[:, others], plain[:, others], atol=1e-6) and not before[:, rows].any()
    answers = torch.tensor(rng.normal(size=(K, 2, C)), dtype=torch.float32)
    loss.teach(answers)
    after = gradient(loss, logits, labels, records, models, weights)
    assert torch.allclose(after[:, others], plain[:, others], atol=1e-6)
    wanted = (torch.softmax(logits[:, rows], 2) - torch.softmax(answers, 2)) * weights[:, rows, None]
    assert torch.allclose(after[:, rows], wanted, atol=1e-6)


@pytest.fixture(scope="module")
def trained():
    """(train, data, members, aim): train(data, members, seeds) -> logits under self-distillation."""
    data = standout.load("digits").take(list(range(300)))
    members = np.random.default_rng(0).random((4, len(data))) < 0.5
    aim = np.flatnonzero(members[0])[:12]

    def train(data, members, seeds, epochs=4, name="self-distillation:0.5"):
        recipe = defended(recipe_of("mlp", {"epochs": epochs, "hidden": 16}), name, data.ids[aim])
        return [t.logits for t in recipe.train(data, members, np.array(seeds))]

    return train, data, members, aim


def test_labels_of_aimed_records_and_non_members_move_no_bit(trained):
    """What is taught is the net's own answer: nothing of a false label is left, and nothing of who is not there."""
    train, data, members, aim = trained
    first = train(data, members[:1], [1])[0]
    y = data.y.copy()
    y[aim] = (y[aim] + 3) % 10
    y[~members[0]] = (y[~members[0]] + 1) % 10
    assert np.array_equal(train(replace(data, y=y), members[:1], [1])[0], first)


def test_company_in_the_stack_moves_no_bit(trained):
    train, data, members, _ = trained
    for alone, together in zip(
        (train(data, members[k : k + 1], [k])[0] for k in range(4)), train(data, members, range(4))
    ):
        assert np.array_equal(alone, together)


def test_to_the_first_half_it_is_training_without_weight(trained):
    """All epochs waited are a training in which aimed records weigh nothing."""
    train, data, members, _ = trained
    waited = train(data, members, range(4), name="self-distillation:1")
    weightless = train(data, members, range(4), name="down-weighting:0")
    assert all(np.array_equal(a, b) for a, b in zip(waited, weightless))
    assert not np.array_equal(train(data, members, range(4))[0], waited[0])
