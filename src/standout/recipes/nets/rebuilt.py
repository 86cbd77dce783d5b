"""A stored `convnet` as a torch module again, and the images as it sees them."""

from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from standout.data.dataset import Dataset
from standout.data.encode import matrix_of
from standout.errors import InputError, one_line
from standout.recipes.nets.convnet import SIDE
from standout.recipes.nets.inputs import Fit, Source


class Convnet(nn.Module):
    """One net as `StackedConvnet` trains K of: weights are called and shaped as its `weights` gives them.

    weights: float32, `layers.N.weight` (out, in, SIDE, SIDE) and `layers.N.bias`, of the last layer (C, features).
    """

    def __init__(self, weights: dict[str, np.ndarray]):
        super().__init__()
        shapes = [weights[f"layers.{n}.weight"].shape for n in range(len(weights) // 2)]
        convolutions = [nn.Conv2d(s[1], s[0], SIDE, padding=SIDE // 2) for s in shapes[:-1]]
        self.layers = nn.ModuleList([*convolutions, nn.Linear(shapes[-1][1], shapes[-1][0])])
        self.load_state_dict({name: torch.from_numpy(w.copy()) for name, w in weights.items()})
        self.eval()

    @property
    def last(self) -> nn.Module:
        """The last convolution."""
        return self.layers[-2]

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, C) of images x (B, channels, H, W) as `as_seen` gives them."""
        for n, layer in enumerate(self.layers[:-1]):
            x = F.relu(layer(x))
            if n and min(x.shape[2:]) > 1:
                x = F.max_pool2d(x, 2)
        return self.layers[-1](x.mean((2, 3)))


def convnet_of(stored: np.ndarray) -> Convnet:
    """The net whose weights are stored, uint8 (bytes,) of a safetensors file. Raises InputError where they are of
    another architecture."""
    import safetensors.numpy

    try:
        return Convnet(safetensors.numpy.load(stored.tobytes()))
    except (KeyError, IndexError, RuntimeError) as e:
        raise InputError(f"the stored weights are those of no convnet ({one_line(e)}); run the audit again") from e


def as_seen(training: Dataset, rows: np.ndarray) -> Tensor:
    """Images float32 (B, channels, H, W) as every net that trained on this data set sees them; rows: int (B,)."""
    matrix, cpu = matrix_of(training), torch.device("cpu")
    fit = Fit.of(matrix, np.ones((1, len(training)), dtype=bool), True, cpu)  # one scale, whoever the members are
    few = replace(matrix, base=matrix.base[rows], missing=matrix.missing[rows])
    flat = Source(few, True, cpu).seen_by(fit)(slice(None))
    height, width = training.x.shape[1:3]
    return flat.view(len(rows), height, width, -1).permute(0, 3, 1, 2)
