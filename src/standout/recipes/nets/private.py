"""DP-SGD (Abadi et al., arXiv 1607.00133): each record's gradient is clipped, noise is added to their sum.

Norms of gradients, clipping and the account of what was spent are Opacus' (arXiv 2109.12298). Nets train one at a time,
in float32: noise that is rounded to bfloat16 is not the noise of the proof.
"""

import importlib.util
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from standout.data.dataset import Dataset
from standout.data.encode import matrix_of
from standout.errors import InputError
from standout.recipes.nets.inputs import Fit, Source
from standout.recipes.nets.optimizers import optimizer
from standout.recipes.nets.stacked import Training, generators, layout
from standout.recipes.recipe import Trained
from standout.recipes.treatment import Privacy

if TYPE_CHECKING:
    from standout.recipes.nets.net import NetRecipe

PHYSICAL = 512
"""Records whose gradients are taken at a time; a step may have drawn more."""
LEAST, MOST = 0.05, 1000.0
"""Noise multipliers between which is searched."""
CLOSE = 1e-3
"""How close: the share of the noise by which it is more than is needed."""
ORDERS = [1.05, 1.1, 1.2, 1.35, 1.5, 1.75, 2.5, 3.5, *range(2, 33), 40, 48, 64, 96, 128, 256]
"""Of the divergences: whole ones are quick, and broken ones count where epsilon is large."""
NO_MORE = 1e-6
"""By which Opacus' factor lies below clip / norm, so that no rounding passes the bound."""


def refuse_without_opacus() -> None:
    """Raises InputError that names the extra, where Opacus is not installed."""
    if importlib.util.find_spec("opacus") is None:
        raise InputError("dp-sgd needs the extra dp: pip install 'standout[dp]'")


@lru_cache(maxsize=4096)
def noise_for(epsilon: float, records: int, batch_size: int, epochs: int) -> tuple[float, float]:
    """(noise multiplier, epsilon that is spent by it) of a training on so many records, with delta 1 / records.

    Each of the ceil(records / batch_size) steps of an epoch takes every record with a chance of one over their number
    (Poisson sampling), one record more or less is the difference that is hidden. By Opacus' accountant of Renyi
    divergences (arXiv 1908.10530), an upper bound; its tighter one takes up to a minute to search by.
    Raises InputError where no noise is enough.
    """
    steps, _ = layout(records, batch_size)
    account = lambda noise: spent_by(noise, 1 / steps, steps * epochs, 1 / records)  # noqa: E731
    low, high = LEAST, 2 * LEAST
    while (found := account(high)) > epsilon:
        low, high = high, 2 * high
        if high > MOST:
            raise InputError(f"dp-sgd: no noise is enough for epsilon {epsilon:g} on {records:,} records; give more")
    while high / low > 1 + CLOSE and found < (1 - CLOSE) * epsilon:
        middle = (low + high) / 2
        if (there := account(middle)) > epsilon:
            low = middle
        else:
            high, found = middle, there
    return high, found


def spent_by(noise: float, rate: float, steps: int, delta: float) -> float:
    """Epsilon of so many steps at a sampling rate, by Opacus."""
    from opacus.accountants.analysis import rdp

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Optimal order")  # the bound holds at any order
        divergences = rdp.compute_rdp(q=rate, noise_multiplier=noise, steps=steps, orders=ORDERS)
        return float(rdp.get_privacy_spent(orders=ORDERS, rdp=divergences, delta=delta)[0])


def spent(net: "NetRecipe", dataset: Dataset, members: np.ndarray, privacy: Privacy) -> float | None:
    """The largest epsilon that models on members bool (K, N) spend; None where training is not all that looks at
    members: columns that are scaled, or levels and gaps that are filled, by what each model trains on."""
    matrix = matrix_of(dataset)
    plain = not len(matrix.gaps) and not len(matrix.levels) and matrix.base.min() >= 0 and matrix.base.max() <= 1
    if dataset.kind != "image" and not plain:
        return None
    sizes = {int(n) for n in members.sum(axis=1)}
    return max(noise_for(privacy.epsilon, n, net.batch_size, net.epochs)[1] for n in sizes)


def train_private(
    net: "NetRecipe", dataset: Dataset, members: np.ndarray, seeds: list[int], privacy: Privacy
) -> Iterator[Trained]:
    """Models of a recipe by DP-SGD: its net, epochs, size of a batch, optimiser and loss, each model on its own."""
    refuse_without_opacus()
    net = net.private()
    device, image, matrix = net.where(), dataset.kind == "image", matrix_of(dataset)
    source, labels = Source(matrix, image, device), torch.from_numpy(dataset.y.copy()).to(device)
    for own, seed in zip(members, seeds):
        fit = Fit.of(matrix, own[None], image, device)
        draw = generators([seed], device)[0]
        first = net.make(dataset, source.base.shape[1], [draw], torch.float32).weights(0)
        module = net.module(dataset, first).to(device)
        rows = torch.from_numpy(np.flatnonzero(own)).to(device)
        gather = source.batches(fit, torch.float32)
        with torch.random.fork_rng(), warnings.catch_warnings():  # dropout draws from the one generator of torch
            warnings.filterwarnings("ignore", message="Full backward hook")  # inputs need no gradients
            torch.manual_seed(seed)
            descend(net, module, lambda records, of=gather: of(records[None])[0], labels, rows, draw, privacy)
        module.eval()
        weights = {name: p.detach().cpu().numpy().copy() for name, p in module.state_dict().items()}

        def answer(x: Tensor, module: Any = module) -> tuple[Tensor, Tensor]:
            h = module.features(x)
            return module.layers[-1](h), h

        yield net.answered(dataset, source.seen_by(fit), answer, weights)


def descend(net: "NetRecipe", module, inputs, labels: Tensor, rows: Tensor, draw: torch.Generator, privacy: Privacy):
    """Train a module in place. inputs(records (B,)) -> (B, D), labels int (N,), rows int (n,): its members."""
    from opacus.grad_sample.grad_sample_module_fast_gradient_clipping import GradSampleModuleFastGradientClipping

    noise, _ = noise_for(privacy.epsilon, len(rows), net.batch_size, net.epochs)
    steps, _ = layout(len(rows), net.batch_size)
    module.train()
    clipping = GradSampleModuleFastGradientClipping(module, max_grad_norm=privacy.clip, loss_reduction="sum")
    parameters = list(module.parameters())
    grads = [torch.zeros_like(p) for p in parameters]
    step_of = optimizer(net.optimizer, parameters, grads, net.lr, net.weight_decay)
    how = Training(net.epochs, net.batch_size, net.lr, net.weight_decay, net.optimizer, net.drops_at())
    for at in range(steps * net.epochs):
        chosen = rows[torch.rand(len(rows), generator=draw, device=rows.device) < 1 / steps]
        for grad in grads:
            grad.normal_(0, noise * privacy.clip, generator=draw)
        for records in chosen.split(PHYSICAL):
            if len(records):  # torch splits nothing into one empty part
                add_clipped(clipping, inputs(records), labels[records], net.label_smoothing, parameters, grads)
        for grad in grads:
            grad.div_(len(rows) / steps)  # the number expected: the one that was drawn is not to be told
        with torch.no_grad():
            step_of(how.factor(at // steps))
    clipping.to_standard_module()


def add_clipped(clipping, x: Tensor, labels: Tensor, smoothing: float, parameters: list, grads: list[Tensor]) -> None:
    """Add to `grads` the gradients of records x (B, D), each scaled to a norm of at most the bound. Two backward
    passes: one for the norms, which are kept instead of gradients, one for the sum ("ghost clipping", arXiv
    2110.05679)."""
    losses = F.cross_entropy(clipping(x), labels, reduction="none", label_smoothing=smoothing)
    torch.autograd.backward(losses.sum(), retain_graph=True, inputs=parameters)
    factor = clipping.get_clipping_coef() * (1 - NO_MORE)
    clipping.disable_hooks()
    for p in parameters:
        p.grad = None
    torch.autograd.backward((factor * losses).sum(), inputs=parameters)
    clipping.enable_hooks()
    for grad, p in zip(grads, parameters):
        grad.add_(p.grad)
        p.grad = None
