"""What a module's outputs are taken for, against brute force; and what is refused before any training."""

import re

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: E402, N812
from torch import nn  # noqa: E402

from standout import TorchRecipe  # noqa: E402
from standout.data.dataset import Dataset  # noqa: E402
from standout.errors import InputError  # noqa: E402
from standout.signals import log_softmax  # noqa: E402

from .test_torch_module import Forward, blobs, plain, trained  # noqa: E402


def linear(outputs, end):
    """The same as layers, where the end is one."""
    return lambda: nn.Sequential(nn.Linear(4, outputs), end) if isinstance(end, nn.Module) else Forward(outputs, end)


def logits_by_hand(model, x):
    """float64 from the kept weights of a lone linear layer."""
    w, b = (next(v for k, v in model.weights.items() if k.endswith(e)).astype(np.float64) for e in ("ight", "bias"))
    return x @ w.T + b


ENDS = {
    "logits": (1, nn.Identity()),
    "sigmoid layer": (1, nn.Sigmoid()),
    "torch.sigmoid": (1, torch.sigmoid),
    "squeezed": (1, lambda z: torch.sigmoid(z).squeeze()),
    "squeezed before": (1, lambda z: z.squeeze(1).sigmoid()),
    "two logits": (2, nn.Identity()),
    "softmax layer": (2, nn.Softmax(dim=1)),
    "F.softmax": (2, lambda z: F.softmax(z, dim=-1)),
    "log-softmax": (2, lambda z: F.log_softmax(z, dim=1)),
    "by hand": (1, lambda z: (1 + torch.tanh(z / 2)) / 2),
    "by hand, two": (2, lambda z: torch.exp(z) / torch.exp(z).sum(1, keepdim=True)),
}


@pytest.mark.parametrize(("outputs", "end"), ENDS.values(), ids=ENDS)
def test_logits_are_those_of_the_layer_before_the_end(outputs, end):
    dataset = blobs()
    model = trained(TorchRecipe(build=linear(outputs, end), **plain()), dataset)
    z = logits_by_hand(model, dataset.x)
    expected = np.concatenate([np.zeros_like(z), z], axis=1) if outputs == 1 else z
    np.testing.assert_allclose(log_softmax(model.logits), log_softmax(expected), atol=2e-5)
    assert not model.rounded and model.parameters == 5 * outputs


@pytest.mark.parametrize("end", ["sigmoid layer", "squeezed", "logits", "by hand"])
def test_all_ends_of_one_output_learn_the_same(end):
    """So each has the loss that fits: a sigmoid under cross-entropy with logits would learn something else."""
    weights = [
        list(trained(TorchRecipe(build=linear(*ENDS[name]), **plain()), blobs()).weights.values())
        for name in ("torch.sigmoid", end)
    ]
    for a, b in zip(*weights):
        np.testing.assert_allclose(a, b, atol=1e-6)


@pytest.mark.parametrize(
    ("end", "rounded"), [("logits", False), ("torch.sigmoid", False), ("softmax layer", False), ("by hand", True)]
)
def test_rounded_only_where_probabilities_are_all_there_is(end, rounded):
    def far():
        module = linear(*ENDS[end])()
        with torch.no_grad():
            next(module.parameters()).mul_(500)
        return module

    dataset = blobs()
    model = trained(TorchRecipe(build=far, **plain(epochs=1)), dataset)
    assert model.rounded == rounded and np.isfinite(model.logits).all()
    if not rounded:
        z = logits_by_hand(model, dataset.x)
        margin = z[:, 0] if z.shape[1] == 1 else z[:, 1] - z[:, 0]
        np.testing.assert_allclose(model.logits[:, 1] - model.logits[:, 0], margin, rtol=1e-5, atol=1e-3)
        assert np.abs(margin).max() > 200  # a probability would be 0 or 1


def test_logits_in_training_and_probabilities_when_asked():
    class Switching(Forward):
        def forward(self, x):
            z = self.line(x)
            return z if self.training else F.softmax(z, dim=1)

    models = [
        trained(TorchRecipe(build=b, **plain()), blobs())
        for b in (lambda: Switching(2, None), linear(2, nn.Identity()))
    ]
    np.testing.assert_allclose(models[0].logits, models[1].logits, atol=1e-6)


@pytest.mark.parametrize(
    ("outputs", "end", "loss"),
    [
        (1, nn.Sigmoid(), nn.BCELoss()),
        (1, nn.Identity(), nn.BCEWithLogitsLoss(reduction="none")),
        (2, nn.LogSoftmax(dim=1), nn.NLLLoss()),
        (2, nn.Identity(), nn.CrossEntropyLoss(reduction="none")),
    ],
)
def test_a_loss_of_ones_own_gets_what_the_module_returns(outputs, end, loss):
    own = trained(TorchRecipe(build=linear(outputs, end), loss=loss, **plain()), blobs())
    ours = trained(TorchRecipe(build=linear(outputs, end), **plain()), blobs())
    for a, b in zip(own.weights.values(), ours.weights.values()):
        np.testing.assert_allclose(a, b, atol=1e-6)


SHARED, MADE = nn.Linear(4, 4), nn.Linear(4, 2)
REFUSED = {
    "build asks for width, depth, x": lambda width, depth, x: nn.Linear(4, 2),
    "build returned a int": lambda: 3,
    "build returns one and the same module each time": lambda: MADE,
    "build returns the same 0.weight each time": lambda: nn.Sequential(SHARED, nn.Linear(4, 2)),
    r"the module has 3 outputs for 2 classes; it must return \(4, 2\) or one column": lambda: nn.Linear(4, 3),
    r"mat1 and mat2 shapes cannot be multiplied \(4x4 and 5x2\)": lambda: nn.Linear(5, 2),
    "the module returns a tuple; it must return one tensor": lambda: Forward(2, lambda z: (z, z)),
    "the module returns torch.int64: scores are wanted": lambda: Forward(2, lambda z: z.argmax(1)),
    r"the module returned shape \(2, 4\) for 4 records": lambda: Forward(2, lambda z: z.T),
    "the module ends in a sigmoid for each of 2 classes": lambda: Forward(2, torch.sigmoid),
    "the module ends in a softmax over one output": lambda: Forward(1, nn.Softmax(dim=1)),
    "the module ends in a softmax over the records": lambda: Forward(2, nn.Softmax(dim=0)),
    "the module has no parameter that can be trained": nn.Identity().__class__,
    "the loss does not depend on the module's parameters": lambda: Forward(2, lambda z: z.detach()),
    r"ZeroDivisionError: .* by zero \(test_torch_heads.py, line \d+\)": lambda: Forward(2, lambda z: 1 // 0),
}


@pytest.mark.parametrize("says", REFUSED)
def test_what_cannot_be_trained_is_refused_in_one_line_before_any_training(says):
    dataset = blobs(2)
    if "no parameter" in says:
        dataset = Dataset(dataset.x[:, :2], dataset.y)
    with pytest.raises(InputError, match=says) as caught:
        TorchRecipe(build=REFUSED[says]).check(dataset)
    assert "\n" not in str(caught.value) and str(caught.value).startswith("TorchRecipe ")


def test_one_output_for_three_classes_is_refused():
    with pytest.raises(InputError, match=r"the module has 1 output for 3 classes; it must return \(4, 3\)$"):
        TorchRecipe(build=lambda: nn.Linear(4, 1)).check(blobs(3))


def test_one_output_is_told():
    lines = TorchRecipe(build=lambda: nn.Sequential(nn.Linear(4, 1), nn.Sigmoid())).check(blobs())
    assert re.search("its one output is taken as a probability of class '1'", " ".join(lines))
