"""K perceptrons of one shape: forward and backward written out, in float32 or with matrix products in bfloat16."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from standout.recipes.nets.parameters import Parameters
from standout.recipes.nets.stacked import Answer, Noise

aten = torch.ops.aten
ONEDNN = torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")


class Activation(NamedTuple):
    """of(before, after) writes what comes after; slope(gradient, before, after) turns a gradient into that by what came
    before, in place. in_place: whether `before` is not needed for it, so that both may be one buffer."""

    of: Callable[[Tensor, Tensor], object]
    slope: Callable[[Tensor, Tensor, Tensor], object]
    in_place: bool = True


ACTIVATIONS = {
    "relu": Activation(
        lambda before, after: torch.clamp(before, min=0, out=after),
        lambda g, before, after: aten.threshold_backward.grad_input(g, after, 0, grad_input=g),
    ),
    "tanh": Activation(
        lambda before, after: torch.tanh(before, out=after),
        lambda g, before, after: aten.tanh_backward.grad_input(g, after, grad_input=g),
    ),
    "gelu": Activation(
        lambda before, after: aten.gelu.out(before, out=after),
        lambda g, before, after: aten.gelu_backward.grad_input(g, before, grad_input=g),
        in_place=False,
    ),
}


def linear(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    """x (B, D) times w (H, D) transposed plus b (H,), float32. On processors by oneDNN where torch has it: its float32
    products use the widest registers of every make, those of torch's own do not, and take twice as long."""
    if x.is_cuda or not ONEDNN:
        return F.linear(x, w, b)
    return torch.ops.mkldnn._linear_pointwise(x, w, b, "none", [], "")


class Buffers:
    """What a step of K nets on B records each writes, allocated once: `before` and `after` each activation, `kept` by
    dropout, `slopes` by each layer's output, and the logits."""

    def __init__(self, batch: int, biases: list[Tensor], in_place: bool):
        shapes = [(len(b), batch, b.shape[2]) for b in biases]
        like = biases[0]
        self.batch = batch
        self.before = [like.new_empty(s) for s in shapes]
        self.after = [b if in_place else torch.empty_like(b) for b in self.before[:-1]]
        self.slopes = [torch.empty_like(b) for b in self.before]
        self.inputs: list[Tensor] = []
        self.kept: list[Tensor | None] = [None] * len(self.after)
        self.logits = self.before[-1].to(torch.float32)


class StackedMlp:
    """K perceptrons with layers of sizes `widths`, initialised as torch.nn.Linear, each from its own generator."""

    buffers: tuple[Tensor, ...] = ()

    def __init__(
        self,
        widths: list[int],
        activation: str,
        dropout: float,
        draws: list[torch.Generator],
        dtype: torch.dtype = torch.float32,
    ):
        self.activation, self.dropout = ACTIVATIONS[activation], dropout
        drawn = []
        for inputs, outputs in pairwise(widths):
            for shape in ((inputs, outputs), (1, outputs)):
                uniform = torch.stack([torch.rand(shape, generator=d, device=d.device) for d in draws])
                drawn.append((uniform * 2 - 1) * inputs**-0.5)
        self.parameters = Parameters.of(drawn, dtype)
        self._buffers: Buffers | None = None

    def forward(self, x: Tensor, *, noise: Noise | None = None) -> Tensor:
        """Logits float32 (K, B, C) of x (K, B, D) in the stack's dtype; dropout only where noise is given."""
        values = self.parameters.values
        weights, biases = values[::2], values[1::2]
        if self._buffers is None or self._buffers.batch != x.shape[1]:
            self._buffers = Buffers(x.shape[1], biases, self.activation.in_place)
        buffers = self._buffers
        buffers.inputs = [x]
        for layer, after in enumerate(buffers.after):
            before = torch.baddbmm(biases[layer], x, weights[layer], out=buffers.before[layer])
            self.activation.of(before, after)
            x = after
            if noise is not None and self.dropout:
                kept = noise.uniform(x.shape[1], x.shape[2], layer) >= self.dropout
                factor = kept.to(x.dtype).div_(1 - self.dropout)
                buffers.kept[layer], x = factor, x * factor
            buffers.inputs.append(x)
        torch.baddbmm(biases[-1], x, weights[-1], out=buffers.before[-1])
        return buffers.logits.copy_(buffers.before[-1])

    def backward(self, slope: Tensor) -> None:
        """Write all gradients, given that of the last logits (K, B, C)."""
        values, slopes, buffers = self.parameters.values, self.parameters.slopes, self._buffers
        assert buffers is not None
        slope = buffers.slopes[-1].copy_(slope)
        for layer in range(len(buffers.after), -1, -1):
            torch.bmm(buffers.inputs[layer].transpose(1, 2), slope, out=slopes[2 * layer])
            torch.sum(slope, 1, keepdim=True, out=slopes[2 * layer + 1])
            if layer:
                slope = torch.bmm(slope, values[2 * layer].transpose(1, 2), out=buffers.slopes[layer - 1])
                kept = buffers.kept[layer - 1]
                if kept is not None:
                    slope.mul_(kept)
                self.activation.slope(slope, buffers.before[layer - 1], buffers.after[layer - 1])

    def answering(self, model: int) -> Answer:
        """One model in float32, dropout off."""
        tensors = [t[model] for t in self.parameters.tensors]
        layers = [(w.T.contiguous(), b[0]) for w, b in zip(tensors[::2], tensors[1::2])]

        def answer(x: Tensor) -> tuple[Tensor, Tensor]:
            for w, b in layers[:-1]:
                x = linear(x, w, b)
                self.activation.of(x, x)
            return linear(x, *layers[-1]), x

        return answer

    def weights(self, model: int) -> dict[str, np.ndarray]:
        """Of one model by name, as torch.nn.Linear would call and shape them."""
        named = {}
        tensors = [t[model].cpu() for t in self.parameters.tensors]
        for layer, (w, b) in enumerate(zip(tensors[::2], tensors[1::2])):
            named[f"layers.{layer}.weight"] = w.T.contiguous().numpy()
            named[f"layers.{layer}.bias"] = b[0].clone().numpy()
        return named
