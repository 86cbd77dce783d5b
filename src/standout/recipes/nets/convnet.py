"""`convnet`: a small convolutional net on images. Nets train one at a time, each in a process of its own:
on processors convolutions of several nets at once win nothing."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from standout.data.dataset import Dataset
from standout.errors import InputError
from standout.recipes.nets.net import NetRecipe
from standout.recipes.nets.parameters import Parameters
from standout.recipes.nets.stacked import Answer, Drop, Noise

SIDE = 3
"""Height and width of a filter."""


class StackedConvnet:
    """K nets: 3x3 convolutions with relu, each but the first followed by halving, a mean over places, a linear layer.

    shape: (height, width, channels) of an image; channels: of each convolution. He initialisation, zero biases.
    """

    buffers: tuple[Tensor, ...] = ()

    def __init__(
        self, shape: tuple[int, int, int], channels: tuple[int, ...], classes: int, dropout: float, draws,
        dtype: torch.dtype,
    ):  # fmt: skip
        self.shape, self.dropout, drawn = shape, dropout, []
        sizes = [*((b, a, SIDE, SIDE) for a, b in pairwise((shape[2], *channels))), (classes, channels[-1])]
        for size in sizes:
            normal = [torch.randn(size, generator=d, device=d.device) for d in draws]
            scale = (2 / (np.prod(size[1:]))) ** 0.5 if len(size) > 2 else size[1] ** -0.5
            drawn.append(torch.stack(normal) * float(scale))
            drawn.append(torch.zeros(len(draws), size[0], device=draws[0].device))
        self.parameters = Parameters.of(drawn, dtype)
        self._leaves = [[t[k].detach().requires_grad_() for t in self.parameters.values] for k in range(len(draws))]
        self._answers: list[Tensor] = []

    def features(self, x: Tensor, tensors: list[Tensor], drop: Drop | None = None) -> Tensor:
        """Penultimate features (B, channels) of images x (B, height x width x channels) under one net's tensors, with
        dropout after each convolution where it is given."""
        height, width, depth = self.shape
        x = x.view(len(x), height, width, depth).permute(0, 3, 1, 2)  # channels last in memory, as convolutions like it
        for layer, (w, b) in enumerate(zip(tensors[:-2:2], tensors[1:-2:2])):
            x = F.relu(F.conv2d(x, w, b, padding=SIDE // 2))
            if layer and min(x.shape[2:]) > 1:
                x = F.max_pool2d(x, 2)
            if drop is not None:
                x = drop(x, layer)
        return x.mean((2, 3))

    def forward(self, x: Tensor, *, noise: Noise | None = None) -> Tensor:
        """Logits float32 (K, B, C) of x (K, B, height x width x channels)."""
        drops = [None if noise is None or not self.dropout else noise.dropping(k, self.dropout) for k in range(len(x))]
        with torch.enable_grad():
            self._answers = [
                F.linear(self.features(images, own, drop), own[-2], own[-1])
                for images, own, drop in zip(x, self._leaves, drops)
            ]
        return torch.stack([a.detach() for a in self._answers]).to(torch.float32)

    def backward(self, slope: Tensor) -> None:
        """Write all gradients, given that (K, B, C) of the last logits."""
        for k, (answers, own) in enumerate(zip(self._answers, self._leaves)):
            for to, grad in zip(self.parameters.slopes, torch.autograd.grad(answers, own, slope[k].to(answers.dtype))):
                to[k].copy_(grad)

    def answering(self, model: int) -> Answer:
        """One model in float32."""
        own = [t[model] for t in self.parameters.tensors]

        def answer(x: Tensor) -> tuple[Tensor, Tensor]:
            h = self.features(x, own)
            return F.linear(h, own[-2], own[-1]), h

        return answer

    def weights(self, model: int) -> dict[str, np.ndarray]:
        """Of one model by name, as torch.nn.Conv2d and torch.nn.Linear would call and shape them."""
        tensors = [t[model].cpu().clone().numpy() for t in self.parameters.tensors]
        named = {}
        for layer, (w, b) in enumerate(zip(tensors[::2], tensors[1::2])):
            named[f"layers.{layer}.weight"], named[f"layers.{layer}.bias"] = w, b
        return named


@dataclass(frozen=True)
class ConvnetRecipe(NetRecipe):
    """Convolutional net with `channels` filters in each layer; pixels on one common scale."""

    channels: tuple[int, ...] = (32, 64, 128, 128)
    dropout: float = 0.0
    batch_size: int = 128
    name = "convnet"
    version = 3
    largest = 1

    def checks(self) -> list[tuple[str, bool, str]]:
        fine = len(self.channels) > 0 and all(isinstance(c, int) and c > 0 for c in self.channels)
        return [
            ("channels", fine, "numbers of filters such as 32,64,128"),
            ("dropout", 0 <= self.dropout < 1, "from 0 to below 1"),
            *super().checks(),
        ]

    def check(self, dataset: Dataset) -> list[str]:
        if dataset.kind != "image" or isinstance(dataset.x, (list, tuple)) or dataset.x.ndim not in (3, 4):
            raise InputError("convnet takes images (N, H, W) or (N, H, W, channels); for a table give --model mlp")
        return super().check(dataset)

    def make(self, dataset: Dataset, width: int, draws: list[torch.Generator], dtype: torch.dtype) -> StackedConvnet:
        return StackedConvnet(shape_of(dataset), self.channels, len(dataset.classes), self.dropout, draws, dtype)

    def module(self, dataset: Dataset, weights: dict[str, np.ndarray]) -> nn.Module:
        from standout.recipes.nets.rebuilt import Convnet

        return Convnet(weights, shape_of(dataset), self.dropout)


def shape_of(dataset: Dataset) -> tuple[int, int, int]:
    """(height, width, channels) of images."""
    height, width = dataset.x.shape[1:3]
    return height, width, dataset.x[0].size // (height * width)
