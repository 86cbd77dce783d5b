"""`densenet`: DenseNet-BC on images, as the paper trains it. Nets train one at a time."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn

from standout.data.dataset import Dataset
from standout.data.encode import matrix_of
from standout.errors import InputError
from standout.recipes.nets.convnet import shape_of
from standout.recipes.nets.dense_blocks import BLOCKS, DenseNet
from standout.recipes.nets.net import NetRecipe
from standout.recipes.nets.parameters import Parameters
from standout.recipes.nets.stacked import Answer, Noise

ASKED = 128
"""Images that a net answers at a time: its layers are wide."""
NO_PARAMETERS = ("running_mean", "running_var", "num_batches_tracked", "shift", "scale")
"""How names end of what a net carries along and no optimiser moves."""


class StackedDensenet:
    """K nets, each a module whose parameters are views of one buffer. Products of training in `dtype`, by autocast.

    A step that is filled up to its width repeats a record, which then counts twice in that step's batch statistics.
    """

    def __init__(self, nets: list[DenseNet], dtype: torch.dtype):
        self.nets, self.half = nets, dtype != torch.float32
        each = [list(net.parameters()) for net in nets]
        self.parameters = Parameters.of([torch.stack([p.detach() for p in same]) for same in zip(*each)], torch.float32)
        for k, own in enumerate(each):
            for parameter, here in zip(own, self.parameters.tensors):
                parameter.data = here[k]
        self._own, self.buffers = each, []
        for name, first in nets[0].named_buffers():
            if name.endswith(("running_mean", "running_var")):
                self.buffers.append(torch.stack([first] * len(nets)))
                for k, net in enumerate(nets):
                    net.get_submodule(name.rpartition(".")[0])._buffers[name.rpartition(".")[2]] = self.buffers[-1][k]
        self._answers: list[Tensor] = []

    def forward(self, x: Tensor, *, noise: Noise | None = None) -> Tensor:
        """Logits float32 (K, B, C) of x (K, B, height x width x channels)."""
        self._answers = []
        for k, net in enumerate(self.nets):
            net.train()
            net.drop = None if noise is None else noise.dropping(k, net.dropout)
            with torch.enable_grad(), torch.autocast(x.device.type, torch.bfloat16, enabled=self.half):
                self._answers.append(net(x[k].to(torch.float32)))
        return torch.stack([a.detach() for a in self._answers]).to(torch.float32)

    def backward(self, slope: Tensor) -> None:
        """Write all gradients, given that (K, B, C) of the last logits."""
        for k, (answers, own) in enumerate(zip(self._answers, self._own)):
            grads = torch.autograd.grad(answers, own, slope[k].to(answers.dtype))
            for to, grad in zip(self.parameters.slopes, grads):
                to[k].copy_(grad)

    def answering(self, model: int) -> Answer:
        """One model in float32, by its running statistics."""
        net = self.nets[model]

        def answer(x: Tensor) -> tuple[Tensor, Tensor]:
            net.eval()
            h = torch.cat([net.features(part) for part in x.split(ASKED)])
            return net.layers[-1](h), h

        return answer

    def weights(self, model: int) -> dict[str, np.ndarray]:
        """Of one model by the names of its module, running statistics and scales of channels included."""
        state = self.nets[model].state_dict().items()
        return {name: t.detach().cpu().clone().numpy() for name, t in state if not name.endswith("tracked")}


@dataclass(frozen=True)
class DensenetRecipe(NetRecipe):
    """DenseNet-BC, by default of depth 100 and growth 12 and trained by SGD for 100 epochs, the learning rate divided
    by 10 after the shares `drops` of them; each channel of the images standardised, no augmentation.

    compression: share of the channels that is kept between blocks (the paper's code calls 0.5 a rate of 2). norm:
    "batch", or "group"; DP-SGD takes "group" whatever is said. Source: arXiv 1608.06993, arXiv 2511.16792.
    """

    depth: int = 100
    growth: int = 12
    compression: float = 0.5
    dropout: float = 0.0
    norm: str = "batch"
    drops: tuple[float, ...] = (0.3, 0.6, 0.9)
    epochs: int = 100
    batch_size: int = 64
    lr: float = 0.1
    optimizer: str = "sgd"
    name = "densenet"
    version = 1
    largest = 1

    def checks(self) -> list[tuple[str, bool, str]]:
        fine = all(isinstance(d, (int, float)) and not isinstance(d, bool) and 0 < d < 1 for d in self.drops)
        whole = self.depth >= 4 + 2 * BLOCKS and (self.depth - 4) % (2 * BLOCKS) == 0
        return [
            ("depth", whole and self.depth <= MOST, f"4 more than a multiple of {2 * BLOCKS}, from 10 to {MOST}"),
            ("growth", self.growth >= 1, "at least 1"),
            ("compression", 0 < self.compression <= 1, "above 0, at most 1"),
            ("dropout", 0 <= self.dropout < 1, "from 0 to below 1"),
            ("norm", self.norm in ("batch", "group"), "batch or group"),
            ("drops", fine, "shares of the epochs such as 0.3,0.6,0.9"),
            *super().checks(),
        ]

    def check(self, dataset: Dataset) -> list[str]:
        if dataset.kind != "image" or isinstance(dataset.x, (list, tuple)) or dataset.x.ndim not in (3, 4):
            raise InputError("densenet takes images (N, H, W) or (N, H, W, channels); for a table give --model mlp")
        return super().check(dataset)

    def drops_at(self) -> tuple[int, ...]:
        return tuple(round(share * self.epochs) for share in self.drops)

    def private(self) -> Self:
        return replace(self, norm="group")

    def count(self, weights: dict[str, np.ndarray]) -> int:
        return sum(w.size for name, w in weights.items() if not name.endswith(NO_PARAMETERS))

    def net(self, dataset: Dataset) -> DenseNet:
        """A net for these images, its weights not drawn."""
        return DenseNet(
            shape_of(dataset), len(dataset.classes), self.depth, self.growth, self.compression, self.dropout, self.norm
        )

    def make(self, dataset: Dataset, width: int, draws: list[torch.Generator], dtype: torch.dtype) -> StackedDensenet:
        shift, scale = (torch.from_numpy(part) for part in channel_scale(dataset))
        nets = []
        for draw in draws:
            net = self.net(dataset).to(draw.device)
            net.draw(draw)
            net.shift.copy_(shift)
            net.scale.copy_(scale)
            nets.append(net)
        return StackedDensenet(nets, dtype)

    def module(self, dataset: Dataset, weights: dict[str, np.ndarray]) -> nn.Module:
        net = self.net(dataset)
        counters = {name: t for name, t in net.state_dict().items() if name.endswith("tracked")}  # not kept
        net.load_state_dict({**counters, **{name: torch.from_numpy(w.copy()) for name, w in weights.items()}})
        return net


MOST = 350
"""Depth at most: layers whose dropout is drawn apart have numbers below 64."""


def channel_scale(dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """(shift, scale) float32 (channels, 1, 1) that standardise each channel of images which are on one common scale
    already, over all records: constants of the data set, whoever the members are."""
    matrix = matrix_of(dataset)
    base = matrix.base[: len(matrix.base) - matrix.made]
    mean, spread = base.mean(dtype=np.float64), float(base.std(dtype=np.float64)) or 1.0
    own = base.reshape(-1, shape_of(dataset)[2])
    means, spreads = own.mean(axis=0, dtype=np.float64), own.std(axis=0, dtype=np.float64)
    shift, scale = (means - mean) / spread, spread / np.where(spreads > 0, spreads, spread)
    return shift.astype(np.float32)[:, None, None], scale.astype(np.float32)[:, None, None]
