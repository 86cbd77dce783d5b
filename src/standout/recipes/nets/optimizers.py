"""Adam, AdamW and SGD with momentum, by torch's own fused kernels.

The kernels are called without `torch.optim`: its first step imports a second's worth of modules in every worker, and
each step costs more bookkeeping than a small net takes to compute.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

aten = torch.ops.aten

OPTIMIZERS = ("adam", "adamw", "sgd")
MOMENTUM = 0.9
"""Of SGD."""
BETAS, EPSILON = (0.9, 0.999), 1e-8
"""Of Adam and AdamW, torch's defaults."""


def optimizer(
    name: str, parameters: Sequence[Tensor], grads: Sequence[Tensor], lr: float, weight_decay: float
) -> Callable[..., None]:
    """A step of the optimiser on parameters, all of one dtype, with the gradients that `grads` then hold; the step
    takes a factor of the learning rate, 1 by default."""
    parameters, grads = [p.detach() for p in parameters], [*grads]
    first, second = [torch.zeros_like(g) for g in grads], [torch.zeros_like(g) for g in grads]
    if name == "sgd":
        return _sgd(parameters, grads, first, lr, weight_decay)
    steps = [torch.zeros((), device=g.device) for g in grads]
    kernel = aten._fused_adamw_.default if name == "adamw" else aten._fused_adam_.default

    def step(factor: float = 1.0) -> None:
        aten._foreach_add_.Scalar(steps, 1)
        kernel(
            parameters, grads, first, second, [], steps, lr=factor * lr, beta1=BETAS[0], beta2=BETAS[1], eps=EPSILON,
            weight_decay=weight_decay, amsgrad=False, maximize=False,
        )  # fmt: skip

    return step


def _sgd(
    parameters: list[Tensor], grads: list[Tensor], momenta: list[Tensor], lr: float, weight_decay: float
) -> Callable[..., None]:
    begun = False

    def step(factor: float = 1.0) -> None:
        nonlocal begun
        aten._fused_sgd_.default(
            parameters, grads, momenta, lr=factor * lr, momentum=MOMENTUM, weight_decay=weight_decay, dampening=0.0,
            nesterov=False, maximize=False, is_first_step=not begun,
        )  # fmt: skip
        begun = True

    return step
