"""Weights of K nets in one flat buffer: a step of the optimiser is one kernel, however many tensors there are."""

from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor

Shape = tuple[int, ...]

BLOCK = 64
"""Numbers that the buffer holds a multiple of. What is left over behind whole registers of a processor is computed in
another way, and rounds in another: that must be nobody's weights, or the last of a stack depends on its company."""


@dataclass(frozen=True, eq=False)
class Parameters:
    """flat, grad: float32, the parameters that the optimiser moves, tensor by tensor, each (K, ...), and its gradient.

    working: the same numbers in the dtype of the computation, `flat` itself where that is float32; gradients: what a
    backward pass writes, in that dtype. `tensors`, `values` and `slopes` are views of flat, working and gradients, one
    a shape; behind the last there are zeros up to a whole BLOCK.
    """

    flat: Tensor
    grad: Tensor
    working: Tensor
    gradients: Tensor
    tensors: list[Tensor]
    values: list[Tensor]
    slopes: list[Tensor]

    @classmethod
    def of(cls, drawn: list[Tensor], dtype: torch.dtype) -> "Parameters":
        """drawn: initial values float32, each (K, ...)."""
        shapes = [tuple(t.shape) for t in drawn]
        size = sum(prod(s) for s in shapes)
        flat = torch.cat([*(t.flatten() for t in drawn), drawn[0].new_zeros(-size % BLOCK)])
        grad = torch.zeros_like(flat)
        half = dtype != torch.float32
        working, gradients = (flat.to(dtype), grad.to(dtype)) if half else (flat, grad)
        return cls(flat, grad, working, gradients, *(_views(t, shapes) for t in (flat, working, gradients)))

    def loaded(self) -> None:
        """Gradients to where the optimiser reads them."""
        if self.gradients is not self.grad:
            self.grad.copy_(self.gradients)

    def stepped(self) -> None:
        """Weights to where the next step reads them."""
        if self.working is not self.flat:
            self.working.copy_(self.flat)


def _views(flat: Tensor, shapes: list[Shape]) -> list[Tensor]:
    sizes = [prod(s) for s in shapes]
    parts = flat[: sum(sizes)].split(sizes)
    return [part.view(shape) for part, shape in zip(parts, shapes)]
