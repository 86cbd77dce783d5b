"""Steps of the fused kernels against torch.optim."""

import pytest

torch = pytest.importorskip("torch")

from standout.recipes.nets.optimizers import OPTIMIZERS, optimizer  # noqa: E402


@pytest.mark.parametrize("weight_decay", [0.0, 0.02])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_are_those_of_torch(name, weight_decay):
    draw = torch.Generator().manual_seed(0)
    flat, grad = torch.randn(101, generator=draw), torch.zeros(101)
    plain = flat.clone().requires_grad_()
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}.get(name)
    decay = {"weight_decay": weight_decay}
    theirs = kind([plain], 0.03, **decay) if kind else torch.optim.SGD([plain], 0.03, momentum=0.9, **decay)
    step = optimizer(name, [flat], [grad], 0.03, weight_decay)
    for _ in range(7):
        grad.copy_(torch.randn(101, generator=draw))
        plain.grad = grad.clone()
        theirs.step()
        step()
        torch.testing.assert_close(flat, plain.detach(), rtol=1e-5, atol=1e-6)
