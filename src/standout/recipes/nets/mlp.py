"""`mlp`: a multi-layer perceptron on tables and small images, trained in stacks."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from standout.data.dataset import Dataset
from standout.errors import listed
from standout.recipes.nets.net import NetRecipe
from standout.recipes.nets.stacked_mlp import ACTIVATIONS, StackedMlp


@dataclass(frozen=True)
class MlpRecipe(NetRecipe):
    """Perceptron with `hidden` layers; images on one common scale, tables standardised on each model's own records."""

    hidden: tuple[int, ...] = (256, 128)
    dropout: float = 0.0
    activation: str = "relu"
    name = "mlp"
    version = 4
    least = 2

    def checks(self) -> list[tuple[str, bool, str]]:
        return [
            ("hidden", all(isinstance(h, int) and h > 0 for h in self.hidden), "layer sizes such as 256,128"),
            ("dropout", 0 <= self.dropout < 1, "from 0 to below 1"),
            ("activation", self.activation in [*ACTIVATIONS], f"one of {listed(ACTIVATIONS)}"),
            *super().checks(),
        ]

    def make(self, dataset: Dataset, width: int, draws: list[torch.Generator], dtype: torch.dtype) -> StackedMlp:
        widths = [width, *self.hidden, len(dataset.classes)]
        return StackedMlp(widths, self.activation, self.dropout, draws, dtype)

    def module(self, dataset: Dataset, weights: dict[str, np.ndarray]) -> nn.Module:
        from standout.recipes.nets.rebuilt import Mlp

        return Mlp(weights, self.activation, self.dropout)
