"""Nets of stacks as torch modules, one at a time, and the images as they see them."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from standout.data.dataset import Dataset
from standout.data.encode import matrix_of
from standout.errors import InputError, one_line
from standout.recipes.nets.convnet import SIDE
from standout.recipes.nets.inputs import Fit, Source

if TYPE_CHECKING:
    from standout.recipes.nets.net import NetRecipe


class Mlp(nn.Module):
    """One net as `StackedMlp` trains K of: weights are called and shaped as its `weights` gives them.

    weights: float32, `layers.N.weight` (out, in) and `layers.N.bias`.
    """

    def __init__(self, weights: dict[str, np.ndarray], activation: str, dropout: float):
        super().__init__()
        shapes = [weights[f"layers.{n}.weight"].shape for n in range(len(weights) // 2)]
        self.layers = nn.ModuleList([nn.Linear(inside, out) for out, inside in shapes])
        self.activation, self.dropout = {"relu": F.relu, "tanh": torch.tanh, "gelu": F.gelu}[activation], dropout
        self.load_state_dict({name: torch.from_numpy(w.copy()) for name, w in weights.items()})

    def features(self, x: Tensor) -> Tensor:
        """Penultimate ones (B, H) of records x (B, D)."""
        for layer in self.layers[:-1]:
            x = F.dropout(self.activation(layer(x)), self.dropout, self.training)
        return x

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, C) of records x (B, D)."""
        return self.layers[-1](self.features(x))


class Convnet(nn.Module):
    """One net as `StackedConvnet` trains K of: weights are called and shaped as its `weights` gives them.

    weights: float32, `layers.N.weight` (out, in, SIDE, SIDE) and `layers.N.bias`, of the last layer (C, features).
    shape: (height, width, channels) of the images; dropout: after each convolution, while training.
    """

    def __init__(self, weights: dict[str, np.ndarray], shape: tuple[int, int, int], dropout: float):
        super().__init__()
        self.shape, self.dropout = shape, dropout
        shapes = [weights[f"layers.{n}.weight"].shape for n in range(len(weights) // 2)]
        convolutions = [nn.Conv2d(s[1], s[0], SIDE, padding=SIDE // 2) for s in shapes[:-1]]
        self.layers = nn.ModuleList([*convolutions, nn.Linear(shapes[-1][1], shapes[-1][0])])
        self.load_state_dict({name: torch.from_numpy(w.copy()) for name, w in weights.items()})
        self.eval()

    @property
    def last(self) -> nn.Module:
        """The last convolution."""
        return self.layers[-2]

    def features(self, x: Tensor) -> Tensor:
        """Penultimate ones (B, channels) of images x (B, height x width x channels)."""
        x = x.view(len(x), *self.shape).permute(0, 3, 1, 2)
        for n, layer in enumerate(self.layers[:-1]):
            # Opacus 1.6 computes wrong gradients of single records where channels lie last in memory, as torch likes it
            x = F.relu(layer(x.contiguous()))
            if n and min(x.shape[2:]) > 1:
                x = F.max_pool2d(x, 2)
            x = F.dropout(x, self.dropout, self.training)
        return x.mean((2, 3))

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, C) of images."""
        return self.layers[-1](self.features(x))


def net_of(recipe: "NetRecipe", training: Dataset, stored: np.ndarray) -> nn.Module:
    """The net of a recipe on a data set whose weights are stored, uint8 (bytes,) of a safetensors file, to answer.
    Raises InputError where they are of another architecture."""
    import safetensors.numpy

    try:
        return recipe.module(training, safetensors.numpy.load(stored.tobytes())).eval()
    except (KeyError, IndexError, RuntimeError, ValueError) as e:
        why = f"the stored weights are those of no {recipe.name} ({one_line(e)}); run the audit again"
        raise InputError(why) from e


def as_seen(training: Dataset, rows: np.ndarray) -> Tensor:
    """Images float32 (B, height x width x channels) as every net that trained on this data set sees them; rows: int
    (B,)."""
    matrix, cpu = matrix_of(training), torch.device("cpu")
    fit = Fit.of(matrix, np.ones((1, len(training)), dtype=bool), True, cpu)  # one scale, whoever the members are
    few = replace(matrix, base=matrix.base[rows], missing=matrix.missing[rows])
    return Source(few, True, cpu).seen_by(fit)(slice(None))
