"""What a module's outputs are: logits or probabilities, a column for each class or one for two; and logits from them.

A sigmoid or softmax at the end, in a layer or in `forward`, is looked behind: training and answers go by what entered
it, which is exact where the probability has rounded to 0 or 1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from standout.errors import InputError
from standout.signals import log_probabilities, looks_like_probabilities

SQUASHED = {
    **dict.fromkeys((torch.sigmoid, Tensor.sigmoid, torch.special.expit), "sigmoid"),
    **dict.fromkeys((F.softmax, torch.softmax, Tensor.softmax, torch.special.softmax), "softmax"),
}
LEAST = 1e-12
"""Probability below which the loss of a module that gives probabilities does not grow, nor its slope."""
FAR = 1e3
"""Records this many times as large drive a logit out of [0, 1], and no probability."""


class Behind(TorchFunctionMode):
    """Remembers the last sigmoid or softmax: its kind, what entered and what came out."""

    def __init__(self):
        super().__init__()
        self.last: tuple[str, Tensor, Tensor] | None = None

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        if func in SQUASHED:
            self.last = (SQUASHED[func], args[0] if args else kwargs["input"], out)
        return out

    def entered(self, outputs: Tensor) -> tuple[str, Tensor] | None:
        """(kind, what entered, in the shape of `outputs`) where these are what came out, perhaps in another shape."""
        if self.last is None:
            return None
        kind, before, after = self.last
        same = after is outputs or (
            after.data_ptr() == outputs.data_ptr() and after.numel() == outputs.numel() and outputs.is_contiguous()
        )
        return (kind, before.reshape(outputs.shape)) if same else None


@dataclass(frozen=True)
class Head:
    """columns: C, or 1 where two classes have one. kind: of the outputs, "logits", "sigmoid" or "softmax". behind:
    whether what entered the sigmoid or softmax can be had."""

    columns: int
    kind: str = "logits"
    behind: bool = False

    @property
    def gives_logits(self) -> bool:
        """Whether `outputs` are logits."""
        return self.kind == "logits" or self.behind

    def outputs(self, module: nn.Module, x: Tensor) -> Tensor:
        """Logits, or probabilities where there is nothing else: (B, columns), of records x."""
        if not self.behind:
            return shaped(module(x), len(x), self.columns)
        with Behind() as watch:
            outputs = tensor_of(module(x))
        found = watch.entered(outputs)
        if found is None:
            raise InputError(f"the module does not end in the same {self.kind} each time")
        return shaped(found[1], len(x), self.columns)

    def loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """Mean cross-entropy of outputs (B, columns) and labels int (B,)."""
        outputs = outputs.float() if outputs.dtype in (torch.bfloat16, torch.float16) else outputs
        if self.columns == 1:
            wanted, own = labels.to(outputs.dtype), outputs[:, 0]
            if self.gives_logits:
                return F.binary_cross_entropy_with_logits(own, wanted)
            return F.binary_cross_entropy(own.clamp(LEAST, 1), wanted)
        return F.cross_entropy(outputs if self.gives_logits else torch.log(outputs.clamp_min(LEAST)), labels)

    def logits(self, outputs: np.ndarray) -> tuple[np.ndarray, bool]:
        """(logits float64 (N, C), whether a probability was 0) of outputs (N, columns); one logit z is [0, z]."""
        z = outputs.astype(np.float64)
        if self.gives_logits:
            return (np.concatenate([np.zeros_like(z), z], axis=1) if self.columns == 1 else z), False
        p = np.concatenate([1 - z, z], axis=1) if self.columns == 1 else z
        return log_probabilities(p), bool((p == 0).any())


def tensor_of(answer: Any) -> Tensor:
    """The outputs themselves, also where they are the `logits` of an object."""
    answer = getattr(answer, "logits", answer)
    if not isinstance(answer, Tensor):
        raise InputError(f"the module returns a {type(answer).__name__}; it must return one tensor (records, classes)")
    return answer


def shaped(answer: Any, records: int, columns: int) -> Tensor:
    """Outputs (records, columns), where `squeeze` took an axis away too."""
    outputs = tensor_of(answer)
    if outputs.numel() != records * columns:
        raise InputError(f"the module returned shape {tuple(outputs.shape)} for {records} records")
    return outputs.reshape(records, columns)


def head_of(module: nn.Module, x: Tensor, classes: int) -> Head:
    """The head of a module in the mode it is in, from what it answers on a few records x (B, ...), B above 1.

    Raises InputError, naming the mend, where the outputs are no answer to so many classes.
    """
    with Behind() as watch:
        outputs = tensor_of(module(x))
    columns = _columns(tuple(outputs.shape), len(x), classes)
    found = watch.entered(outputs)
    values = _numbers(outputs, len(x), columns)
    if columns == 1:
        if found:
            if found[0] == "softmax":
                raise InputError("the module ends in a softmax over one output, which is always 1; give nn.Sigmoid()")
            return Head(1, "sigmoid", behind=True)
        return Head(1, "sigmoid" if _within(values) and _stays_within(module, x) else "logits")
    if looks_like_probabilities(values):
        return Head(columns, "softmax", behind=found is not None and found[0] == "softmax")
    if found and found[0] == "softmax":
        raise InputError("the module ends in a softmax over the records: rows do not sum to 1; give dim=1")
    if found:
        raise InputError(
            f"the module ends in a sigmoid for each of {columns} classes, which are no probabilities of one class "
            "each; leave the sigmoid out (or end in nn.Softmax(dim=1))"
        )
    return Head(columns)


def _columns(shape: tuple[int, ...], records: int, classes: int) -> int:
    wanted = f"({records}, {classes})" + (" or one column" if classes == 2 else "")
    if not shape or shape[0] != records or max(shape[1:], default=1) != int(np.prod(shape[1:])):
        raise InputError(f"the module returned shape {shape} for {records} records; it must return {wanted}")
    columns = int(np.prod(shape[1:]))
    if columns == classes or (columns == 1 and classes == 2):
        return columns
    outputs = f"{columns} output{'s' if columns > 1 else ''}"
    raise InputError(f"the module has {outputs} for {classes} classes; it must return {wanted}")


def _numbers(outputs: Tensor, records: int, columns: int) -> np.ndarray:
    if not outputs.is_floating_point():
        raise InputError(f"the module returns {outputs.dtype}: scores are wanted, not the predicted class")
    return outputs.detach().reshape(records, columns).to("cpu", torch.float64).numpy()


def _within(values: np.ndarray) -> bool:
    return bool(np.all((values >= 0) & (values <= 1)))


def _stays_within(module: Callable, x: Tensor) -> bool:
    """Whether outputs lie in [0, 1] far out too, as probabilities do."""
    try:
        return all(_within(tensor_of(module(x * by)).detach().double().cpu().numpy()) for by in (FAR, -FAR))
    except Exception:  # records that are no quantities, such as the numbers of words
        return True
