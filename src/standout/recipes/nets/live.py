"""Trains one module of the user's, and has it answer: a plain loop over records that are resident as tensors."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedParameter

from standout.errors import InputError
from standout.recipes.nets.heads import Head, tensor_of
from standout.recipes.nets.optimizers import OPTIMIZERS, optimizer
from standout.recipes.nets.seen import Take

FEW = 4
"""Records on which a module is tried."""
PART = 256
"""Records that a module answers at a time."""
CLASSES = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD"}


@dataclass(frozen=True)
class How:
    """Settings of a training, as `TorchRecipe` has them."""

    epochs: int
    batch_size: int
    lr: float
    weight_decay: float
    optimizer: str | Callable
    scheduler: Callable | None
    loss: Callable | None
    half: bool


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """All that draws at random, in torch, numpy and Python, does so from a seed, and goes on afterwards as if nothing
    had been."""
    python, arrays = random.getstate(), np.random.get_state()
    cuda = device.type == "cuda"
    exact = torch.backends.cudnn.flags(deterministic=True, benchmark=False) if cuda else nullcontext()
    with torch.random.fork_rng(devices=[torch.cuda.current_device()] if cuda else []), exact:
        torch.manual_seed(seed)
        np.random.seed(seed % 2**32)
        random.seed(seed)
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(arrays)


def steps_of(records: int, batch_size: int) -> int:
    """Steps of an epoch, nearly equal in size: no batch of one record, which BatchNorm cannot take, unless asked."""
    return min(-(-records // batch_size), records if batch_size == 1 else max(records // 2, 1))


def fit(
    module: nn.Module,
    head: Head,
    take: Take,
    labels: Tensor,
    rows: Tensor,
    how: How,
    seed: int,
    on_epoch: Callable[[int], None] | None = None,
) -> None:
    """Train a module in place. labels: int (N,); rows: the records int (n,) that it learns from; on_epoch: called after
    each epoch with its number, from 1."""
    if any(isinstance(p, UninitializedParameter) for p in module.parameters()):
        with torch.no_grad():
            module.eval()(take(rows[:FEW]))
    draw = torch.Generator(rows.device).manual_seed(seed)
    parameters = [p for p in module.parameters() if p.requires_grad]
    step, epoch_ends = stepping(parameters, how)
    half = torch.autocast(rows.device.type, torch.bfloat16, enabled=how.half)
    module.train()
    with torch.enable_grad():
        for epoch in range(how.epochs):
            order = rows[torch.randperm(len(rows), generator=draw, device=rows.device)]
            for part in order.tensor_split(steps_of(len(rows), how.batch_size)):
                with half:
                    loss = loss_of(module, head, take(part), labels[part], how.loss)
                loss.backward()
                step()
            epoch_ends()
            if on_epoch is not None:
                on_epoch(epoch + 1)


def loss_of(module: nn.Module, head: Head, x: Tensor, labels: Tensor, own: Callable | None) -> Tensor:
    """The loss that fits the head; or the user's own on the module's outputs, with labels shaped like a single one."""
    if own is None:
        return head.loss(head.outputs(module, x), labels)
    outputs = tensor_of(module(x))
    return own(outputs, labels.to(outputs.dtype).view_as(outputs) if head.columns == 1 else labels).mean()


def stepping(parameters: list[nn.Parameter], how: How) -> tuple[Callable[[], object], Callable[[], object]]:
    """(step, end of an epoch): the step goes by the gradients and clears them."""
    if isinstance(how.optimizer, str) and how.scheduler is None:
        for p in parameters:
            p.grad = torch.zeros_like(p)
        kinds = [list(same) for _, same in groupby(sorted(parameters, key=_kind), key=_kind)]
        pairs = [([*same], [p.grad for p in same if p.grad is not None]) for same in kinds]
        moves = [optimizer(how.optimizer, own, grads, how.lr, how.weight_decay) for own, grads in pairs]

        def step() -> None:
            for move, (_, grads) in zip(moves, pairs):
                move()
                torch.ops.aten._foreach_zero_(grads)

        return step, lambda: None
    mover = torch_optimizer(parameters, how)

    def step_of_torch() -> None:
        mover.step()
        mover.zero_grad()

    return step_of_torch, (how.scheduler(mover).step if how.scheduler else lambda: None)


def _kind(parameter: Tensor) -> str:
    return f"{parameter.dtype} {parameter.device}"


def torch_optimizer(parameters: list[nn.Parameter], how: How) -> torch.optim.Optimizer:
    """The user's own, or torch's of a name for the user's scheduler."""
    if not isinstance(how.optimizer, str):
        return how.optimizer(parameters)
    assert how.optimizer in OPTIMIZERS
    more = {"momentum": 0.9} if how.optimizer == "sgd" else {}
    return getattr(torch.optim, CLASSES[how.optimizer])(
        parameters, lr=how.lr, weight_decay=how.weight_decay, **more
    )  # fmt: skip


@torch.inference_mode()
def answers(module: nn.Module, head: Head, take: Take, records: Tensor) -> tuple[np.ndarray, bool]:
    """(outputs float64 (B, columns) on some records, whether a second look at the first of them gave others).

    Raises InputError where part of the module is in training mode although `eval` was called.
    """
    module.eval()
    refuse_training(module)
    parts = [head.outputs(module, take(part)).double().cpu() for part in records.split(PART)]
    again = head.outputs(module, take(records[:PART])).double().cpu()
    refuse_training(module)
    return torch.cat(parts).numpy(), not torch.equal(parts[0], again)


def asked_between(module: nn.Module, head: Head, take: Take, records: Tensor, seed: int) -> list[Tensor]:
    """Logits on some records, PART at a time, of a module whose training then goes on as if it had not been asked: with
    the same random numbers, and without tensors that autograd would refuse."""
    module.eval()
    with seeded(seed, records.device), torch.inference_mode(False), torch.no_grad():
        outputs = [head.outputs(module, take(part)).double().cpu().numpy() for part in records.split(PART)]
    module.train()
    return [torch.from_numpy(head.logits(part)[0]).to(records.device) for part in outputs]


def refuse_training(module: nn.Module) -> None:
    """Raises InputError where a part of a module is in training mode."""
    for name, part in module.named_modules():
        if part.training:
            what = f"{name} ({type(part).__name__})" if name else type(part).__name__
            raise InputError(
                f"{what} stays in training mode after eval(): dropout and batch statistics would be on in its answers; "
                "leave train() and eval() as torch has them"
            )


def weights_of(module: nn.Module) -> dict[str, np.ndarray]:
    """Parameters and buffers by the names of `state_dict`; what numpy has no type for as float32."""
    tensors = {name: t.detach().cpu() for name, t in module.state_dict().items() if isinstance(t, Tensor)}
    return {
        name: np.ascontiguousarray((t.float() if t.dtype == torch.bfloat16 else t).numpy())
        for name, t in tensors.items()
    }
