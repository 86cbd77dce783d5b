"""Before any training: does a module of the user's take these records, and what are its outputs?"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from standout.errors import InputError
from standout.recipes.nets.factory import made, refuse_shared
from standout.recipes.nets.heads import Head, head_of
from standout.recipes.nets.live import How, loss_of, refuse_training

NORMS = (nn.modules.batchnorm._BatchNorm,)


class Heads(NamedTuple):
    """Of one module: many return logits while they train, and probabilities when they are asked."""

    training: Head
    answering: Head


def heads_of(build: Callable, shape: tuple[int, ...], classes: int, x: Tensor, labels: Tensor, how: How) -> Heads:
    """Of a module that `build` makes, which is then thrown away. x (B, *shape), labels int (B,): a few records.

    Raises InputError where modules cannot be trained on such records, or do not answer with so many classes.
    """
    module = made(build, shape, classes).to(x.device)
    module.eval()
    refuse_training(module)
    with torch.no_grad():
        answering = head_of(module, x, classes)
    refuse_shared(made(build, shape, classes).to(x.device), module)
    if not any(p.requires_grad for p in module.parameters()):
        raise InputError("the module has no parameter that can be trained")
    if how.batch_size == 1 and any(isinstance(part, NORMS) for part in module.modules()):
        raise InputError("batch_size is 1, and BatchNorm needs at least 2 records at a time")
    module.train()
    with torch.enable_grad():
        training = answering if how.loss else head_of(module, x, classes)
        loss = loss_of(module, training, x, labels, how.loss)
    if not loss.requires_grad:
        raise InputError("the loss does not depend on the module's parameters; is torch.no_grad or detach() in it?")
    return Heads(training, answering)


def told(head: Head, classes: tuple[str, ...]) -> list[str]:
    """What was understood of the outputs, where it is not plain."""
    lines = []
    if head.columns == 1:
        what = "a logit" if head.kind == "logits" else "a probability"
        lines.append(f"its one output is taken as {what} of class {classes[1]!r}")
    if not head.gives_logits:
        lines.append(f"it gives probabilities, and no logits behind a {head.kind}: very sure answers are rounded")
    return lines
