"""`mlp`: a multi-layer perceptron on tables and small images, trained in stacks."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from standout.data.dataset import Dataset
from standout.data.encode import Matrix, matrix_of
from standout.errors import InputError, did_you_mean, listed
from standout.recipes.nets.stacked import Inputs, Noise, Training, cross_entropy, generators, train
from standout.recipes.recipe import Trained

ACTIVATIONS = {"relu": F.relu, "tanh": torch.tanh, "gelu": F.gelu}
OPTIMIZERS = ("adam", "adamw", "sgd")
BOUND = 10.0
"""Tables, once scaled, are cut here: what is rare or constant in training must not be enormous outside of it."""


class StackedMlp:
    """K perceptrons with layers of sizes `widths`, initialised as torch.nn.Linear, each from its own generator."""

    def __init__(self, widths: list[int], activation: str, dropout: float, draws: list[torch.Generator]):
        self.activation, self.dropout = ACTIVATIONS[activation], dropout
        self.weights, self.biases = [], []
        for inputs, outputs in pairwise(widths):
            bound = inputs**-0.5
            for shape, kept in (((inputs, outputs), self.weights), ((1, outputs), self.biases)):
                drawn = [torch.rand(shape, generator=d, device=d.device) for d in draws]
                kept.append(((torch.stack(drawn) * 2 - 1) * bound).requires_grad_())

    def parameters(self) -> list[Tensor]:
        return [*self.weights, *self.biases]

    def hidden(self, x: Tensor, noise: Noise | None, models: slice = slice(None)) -> Tensor:
        """Penultimate features (K, B, H); dropout only where noise is given, that is in training."""
        for layer, (w, b) in enumerate(zip(self.weights[:-1], self.biases[:-1])):
            x = self.activation(torch.baddbmm(b[models], x, w[models]))
            if noise is not None and self.dropout:
                keep = noise.uniform(x.shape[1], x.shape[2], layer) >= self.dropout
                x = x * keep / (1 - self.dropout)
        return x

    def forward(self, x: Tensor, *, noise: Noise | None = None) -> Tensor:
        return torch.baddbmm(self.biases[-1], self.hidden(x, noise), self.weights[-1])

    @torch.inference_mode()
    def answer(self, model: int, x: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, C) and penultimate features (B, H) of one model, dropout off."""
        one = slice(model, model + 1)
        h = self.hidden(x[None], None, one)
        return torch.baddbmm(self.biases[-1][one], h, self.weights[-1][one])[0], h[0]


@dataclass(frozen=True)
class MlpRecipe:
    """Perceptron with `hidden` layers; images on one common scale, tables standardised on each model's own records."""

    hidden: tuple[int, ...] = (256, 128)
    epochs: int = 30
    batch_size: int = 32
    lr: float = 1e-3
    weight_decay: float = 0.0
    dropout: float = 0.0
    label_smoothing: float = 0.0
    activation: str = "relu"
    optimizer: str = "adam"
    device: str = "auto"
    name = "mlp"
    supports = frozenset({"weight", "soft_targets", "floor", "traces", "features"})

    @classmethod
    def of(cls, settings: dict, device: str) -> "MlpRecipe":
        """From settings as a user writes them; raises InputError that names the setting."""
        known = [f.name for f in fields(cls) if f.name != "device"]
        for key in settings:
            if key not in known:
                raise InputError(f"mlp has no setting {key!r}{did_you_mean(key, known)} (known: {listed(known)})")
        values = dict(settings)
        if "hidden" in values:
            given = values["hidden"]
            values["hidden"] = () if given is None else tuple(np.atleast_1d(given).tolist())
        for key, kind in {"epochs": int, "batch_size": int, "lr": float, "weight_decay": float, "dropout": float,
                          "label_smoothing": float}.items():  # fmt: skip
            value = values.get(key, getattr(cls, key))
            number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
            if not number or not np.isfinite(value) or kind(value) != value:
                raise InputError(f"mlp: {key} must be {'a whole number' if kind is int else 'a number'}, not {value!r}")
            values[key] = kind(value)
        recipe = cls(**values, device=device)
        recipe._check_settings()
        return recipe

    def _check_settings(self) -> None:
        checks = [
            ("hidden", all(isinstance(h, int) and h > 0 for h in self.hidden), "layer sizes such as 256,128"),
            ("epochs", self.epochs >= 1, "at least 1"),
            ("batch_size", self.batch_size >= 1, "at least 1"),
            ("lr", self.lr > 0, "above 0"),
            ("weight_decay", self.weight_decay >= 0, "0 or more"),
            ("dropout", 0 <= self.dropout < 1, "from 0 to below 1"),
            ("label_smoothing", 0 <= self.label_smoothing < 1, "from 0 to below 1"),
            ("activation", self.activation in [*ACTIVATIONS], f"one of {listed(ACTIVATIONS)}"),
            ("optimizer", self.optimizer in OPTIMIZERS, f"one of {listed(OPTIMIZERS)}"),
            ("device", self.device in ("auto", "cpu", "cuda"), "auto, cpu or cuda"),
        ]
        for key, fine, wanted in checks:
            if not fine:
                raise InputError(f"mlp: {key} must be {wanted}, not {getattr(self, key)!r}")
        if self.device == "cuda" and not torch.cuda.is_available():
            raise InputError("no CUDA device here; give --device cpu or leave it out")

    def settings(self) -> dict:
        return {**asdict(self), "hidden": list(self.hidden), "device": self._device().type}

    def identity(self) -> object:
        return ["mlp", 2, self.settings(), torch.__version__]

    def check(self, dataset: Dataset) -> list[str]:
        matrix = matrix_of(dataset)
        if not matrix.base.shape[1]:
            raise InputError("no usable feature column: " + "; ".join(matrix.notes))
        if matrix.base.dtype.kind == "f" and np.isnan(matrix.base).any():
            row = int(np.argwhere(np.isnan(matrix.base))[0][0])
            raise InputError(f"x holds NaN, first in row {row}, and mlp takes none; impute or drop them")
        return list(matrix.notes)

    def stack_size(self, dataset: Dataset) -> int:
        return 8

    def _device(self) -> torch.device:
        cuda = self.device != "cpu" and torch.cuda.is_available()
        return torch.device("cuda" if cuda else "cpu")

    def train(self, dataset: Dataset, members: np.ndarray, seeds: np.ndarray) -> Iterator[Trained]:
        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # stacks run side by side; one thread each also fixes the order of every sum
        try:
            yield from self._train(dataset, members, [int(s) for s in seeds])
        finally:
            torch.set_num_threads(threads)

    def _train(self, dataset: Dataset, members: np.ndarray, seeds: list[int]) -> Iterator[Trained]:
        device = self._device()
        matrix = matrix_of(dataset)
        prepared = [_prepare(matrix, np.flatnonzero(m), dataset.kind == "image") for m in members]
        base = torch.from_numpy(matrix.base.astype(np.float32)).to(device)
        gaps = torch.from_numpy(matrix.missing.astype(np.float32)).to(device) if len(matrix.gaps) else None
        fill, shift, scale = (torch.from_numpy(np.stack(p)).to(device) for p in zip(*prepared))
        labels = torch.from_numpy(dataset.y.copy()).to(device)
        widths = [base.shape[1], *self.hidden, len(dataset.classes)]
        bound = None if dataset.kind == "image" else BOUND
        how = Training(self.epochs, self.batch_size, self.lr, self.weight_decay, self.optimizer)
        place: dict[int, tuple[StackedMlp, int]] = {}
        for together in _equal_steps(members, self.batch_size):
            draws = generators([seeds[k] for k in together], device)
            stack = StackedMlp(widths, self.activation, self.dropout, draws)
            own = [torch.from_numpy(np.flatnonzero(members[k])).to(device) for k in together]
            noise = Noise(torch.tensor([seeds[k] for k in together], device=device)) if self.dropout else None
            gather = _inputs(base, gaps, matrix.gaps, fill[together], shift[together], scale[together], bound)
            train(stack, gather, labels, own, draws, how, cross_entropy(self.label_smoothing), noise)
            place.update({k: (stack, at) for at, k in enumerate(together)})
        size = sum(a * b + b for a, b in pairwise(widths))
        for k in range(len(members)):
            stack, at = place[k]
            gather = _inputs(base, gaps, matrix.gaps, fill[k : k + 1], shift[k : k + 1], scale[k : k + 1], bound)
            blocks = [
                stack.answer(at, gather(rows[None])[0]) for rows in torch.arange(len(base), device=device).split(8192)
            ]
            z, h = (torch.cat(parts).cpu().numpy() for parts in zip(*blocks))
            if not np.isfinite(z).all():
                raise InputError(f"mlp: training diverged (outputs are not finite); lower lr (now {self.lr})")
            yield Trained(z, False, size, stack_weights(stack, at), h.astype(np.float16))


def _equal_steps(members: np.ndarray, batch_size: int) -> list[list[int]]:
    """Models that need the same number of steps an epoch: only those share a stack, or one would wait for another."""
    steps = -(-members.sum(axis=1) // batch_size)
    return [np.flatnonzero(steps == s).tolist() for s in np.unique(steps)]


def _inputs(
    base: Tensor,
    gaps: Tensor | None,
    columns: np.ndarray,
    fill: Tensor,
    shift: Tensor,
    scale: Tensor,
    bound: float | None,
) -> Inputs:
    """A function from records (K, B) to what each of K models sees of them (K, B, D): gaps filled, scaled, and cut to
    -bound and bound."""

    def inputs(records: Tensor) -> Tensor:
        x = base.index_select(0, records.flatten()).view(*records.shape, -1)
        if gaps is not None:
            x[:, :, columns] += gaps[records] * fill[:, None]
        x = x.sub_(shift[:, None]).mul_(scale[:, None])
        return x if bound is None else x.clamp_(-bound, bound)

    return inputs


def stack_weights(stack: StackedMlp, model: int) -> dict[str, np.ndarray]:
    """Weights of one model by name, as torch.nn.Linear would call and shape them."""
    named = {}
    for layer, (w, b) in enumerate(zip(stack.weights, stack.biases)):
        named[f"layers.{layer}.weight"] = w[model].detach().cpu().T.contiguous().numpy()
        named[f"layers.{layer}.bias"] = b[model, 0].detach().cpu().contiguous().numpy()
    return named


def _prepare(matrix: Matrix, rows: np.ndarray, image: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(fill (P,), shift (D,), scale (D,)) float32 of one model, from its training rows.

    Images: one scale for all pixels, of all records. Tables in [0, 1]: as they are. Other tables: standardised by the
    training rows alone; a column that is constant there keeps its scale, as its spread says nothing (what then lies
    far out is cut, see BOUND). Unknown levels and gaps are multiplied away.
    """
    fill, known = matrix.fit(rows)
    width = matrix.base.shape[1]
    if image:
        spread = float(matrix.base.std(dtype=np.float64)) or 1.0
        shift = np.full(width, matrix.base.mean(dtype=np.float64))
        return fill.astype(np.float32), shift.astype(np.float32), np.full(width, 1 / spread, dtype=np.float32)
    own = matrix.filled(fill, known)
    if own.min() >= 0 and own.max() <= 1:
        return fill.astype(np.float32), np.zeros(width, dtype=np.float32), known.astype(np.float32)
    seen = own[rows].astype(np.float64)
    spread, shift = seen.std(axis=0), seen.mean(axis=0)
    constant = np.ptp(seen, axis=0) == 0  # by its values: the spread of equal numbers may round to a little above 0
    spread[constant], shift[constant] = 1, seen[0, constant]
    return fill.astype(np.float32), shift.astype(np.float32), (known / spread).astype(np.float32)
