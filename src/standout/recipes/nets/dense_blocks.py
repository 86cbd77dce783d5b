"""DenseNet-BC as a torch module: each layer sees the outputs of all layers before it in its block."""

from collections.abc import Callable
from math import gcd

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from standout.recipes.nets.stacked import Drop

SIDE = 3
"""Height and width of a filter."""
BLOCKS = 3
GROUPS = 32
"""Of channels that are normalised together where batches are not, or the largest divisor of their number below."""


class Bottleneck(nn.Module):
    """Norm, relu, 1x1 to 4 growth channels; norm, relu, 3x3 to `growth` channels, joined to what came in."""

    def __init__(self, channels: int, growth: int, norm: Callable[[int], nn.Module]):
        super().__init__()
        self.norm1, self.conv1 = norm(channels), nn.Conv2d(channels, 4 * growth, 1, bias=False)
        self.norm2, self.conv2 = norm(4 * growth), nn.Conv2d(4 * growth, growth, SIDE, padding=SIDE // 2, bias=False)

    def forward(self, x: Tensor, drop: Callable[[Tensor], Tensor]) -> Tensor:
        new = self.conv1(F.relu(self.norm1(x)))
        return torch.cat((x, drop(self.conv2(F.relu(self.norm2(new))))), 1)


class Transition(nn.Module):
    """Norm, relu, 1x1 to a share of the channels, and a mean over 2 x 2 places where there are as many."""

    def __init__(self, channels: int, out: int, norm: Callable[[int], nn.Module]):
        super().__init__()
        self.norm, self.conv = norm(channels), nn.Conv2d(channels, out, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(F.relu(self.norm(x)))
        return F.avg_pool2d(x, 2) if min(x.shape[2:]) > 1 else x


class DenseNet(nn.Module):
    """DenseNet-BC (arXiv 1608.06993) for small images: a 3x3 convolution to twice `growth` channels, three dense blocks
    of (depth - 4) / 6 bottlenecks with transitions between, norm, relu, mean over places, a linear layer.

    shape: (height, width, channels) of images, which are given flat, channels last. compression: share of the channels
    that a transition keeps. norm: "batch", or "group" for DP-SGD, where a record must not see another. Dropout after
    each bottleneck. shift, scale: of each channel of what is given.
    Filters are drawn from a normal of variance 2 / (filter's places x outputs), the linear layer as torch has it.
    """

    shift: Tensor
    scale: Tensor

    def __init__(
        self, shape: tuple[int, int, int], classes: int, depth: int, growth: int, compression: float, dropout: float,
        norm: str,
    ):  # fmt: skip
        super().__init__()
        self.shape, self.dropout, self.by_group = shape, dropout, norm == "group"
        self.drop: Drop | None = None
        made = grouped if self.by_group else nn.BatchNorm2d
        channels = 2 * growth
        self.layers = nn.ModuleList([nn.Conv2d(shape[2], channels, SIDE, padding=SIDE // 2, bias=False)])
        for block in range(BLOCKS):
            if block:
                self.layers.append(Transition(channels, int(channels * compression), made))
                channels = int(channels * compression)
            for _ in range((depth - 4) // (2 * BLOCKS)):
                self.layers.append(Bottleneck(channels, growth, made))
                channels += growth
        self.layers.append(made(channels))
        self.layers.append(nn.Linear(channels, classes))
        self.register_buffer("shift", torch.zeros(shape[2], 1, 1))
        self.register_buffer("scale", torch.ones(shape[2], 1, 1))

    @property
    def last(self) -> nn.Module:
        """The last norm, which sees the channels of all layers."""
        return self.layers[-2]

    def draw(self, generator: torch.Generator) -> None:
        """Initial weights by a generator, on whose device the net is."""
        for part in self.modules():
            if isinstance(part, nn.Conv2d):
                places = part.kernel_size[0] * part.kernel_size[1] * part.out_channels
                nn.init.normal_(part.weight, 0, (2 / places) ** 0.5, generator=generator)
            elif isinstance(part, nn.Linear):
                bound = part.in_features**-0.5
                nn.init.uniform_(part.weight, -bound, bound, generator=generator)
                nn.init.uniform_(part.bias, -bound, bound, generator=generator)

    def features(self, x: Tensor) -> Tensor:
        """Penultimate ones (B, channels) of images x (B, height x width x channels)."""
        height, width, depth = self.shape
        x = (x.view(len(x), height, width, depth).permute(0, 3, 1, 2) - self.shift) * self.scale
        if self.by_group:
            x = x.contiguous()  # Opacus 1.6 computes wrong gradients of single records where channels lie last
        for number, layer in enumerate(self.layers[:-1]):
            if isinstance(layer, Bottleneck):
                x = layer(x, lambda new, at=number: self.dropped(new, at))
            else:
                x = layer(x)
        return F.relu(x).mean((2, 3))

    def dropped(self, x: Tensor, layer: int) -> Tensor:
        """After dropout, while training; by `drop` where there is one, else by the one generator of torch."""
        if not self.training or not self.dropout:
            return x
        return F.dropout(x, self.dropout) if self.drop is None else self.drop(x, layer)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, C) of images."""
        return self.layers[-1](self.features(x))


def grouped(channels: int) -> nn.Module:
    """What stands for a norm over batches where records must not see each other."""
    return nn.GroupNorm(gcd(GROUPS, channels), channels)
