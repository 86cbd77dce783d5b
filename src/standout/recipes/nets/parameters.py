"""Weights of K nets in one flat buffer: a step of the optimiser is one kernel, however many tensors there are."""

from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor

Shape = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Parameters:
    """flat: float32, the parameters that the optimiser moves, tensor by tensor, each (K, ...); its `grad` is theirs.

    working: the same numbers in the dtype of the computation, `flat` itself where that is float32; gradients: what a
    backward pass writes, in that dtype. Each is seen through `tensors`, `values` and `slopes`, one view a shape.
    """

    flat: Tensor
    working: Tensor
    gradients: Tensor
    tensors: list[Tensor]
    values: list[Tensor]
    slopes: list[Tensor]

    @classmethod
    def of(cls, drawn: list[Tensor], dtype: torch.dtype) -> "Parameters":
        """drawn: initial values float32, each (K, ...)."""
        shapes = [tuple(t.shape) for t in drawn]
        flat = torch.cat([t.flatten() for t in drawn]).requires_grad_()
        flat.grad = torch.zeros_like(flat)
        half = dtype != torch.float32
        working = flat.detach().to(dtype) if half else flat.detach()
        gradients = torch.zeros_like(working) if half else flat.grad
        return cls(flat, working, gradients, *(_views(t, shapes) for t in (flat.detach(), working, gradients)))

    def loaded(self) -> None:
        """Gradients to where the optimiser reads them."""
        if self.flat.grad is not None and self.gradients is not self.flat.grad:
            self.flat.grad.copy_(self.gradients)

    def stepped(self) -> None:
        """Weights to where the next step reads them."""
        if self.working.dtype != self.flat.dtype:
            self.working.copy_(self.flat.detach())


def _views(flat: Tensor, shapes: list[Shape]) -> list[Tensor]:
    parts = flat.split([prod(s) for s in shapes])
    return [part.view(shape) for part, shape in zip(parts, shapes)]
