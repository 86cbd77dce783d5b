"""What recipes of nets share: settings, precision, stacks, training and answers. A net adds its layers."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor, nn

from standout.data.dataset import Dataset
from standout.data.encode import matrix_of, usable
from standout.errors import InputError, did_you_mean, listed
from standout.recipes.nets.capped import Capped
from standout.recipes.nets.inputs import PART, Fit, Seen, Source
from standout.recipes.nets.losses import CrossEntropy, Loss, Sloped, Treated
from standout.recipes.nets.mixing import Mixup
from standout.recipes.nets.optimizers import OPTIMIZERS
from standout.recipes.nets.pace import fastest
from standout.recipes.nets.precision import DTYPES, best_dtype
from standout.recipes.nets.relaxed import RelaxLoss
from standout.recipes.nets.stacked import Answer, Batches, Noise, Stack, Training, generators, layout, layouts, train
from standout.recipes.nets.stopping import stopping_of
from standout.recipes.nets.tracing import Tracer
from standout.recipes.recipe import Pace, Trained
from standout.recipes.treatment import NEEDS, Treatment


@contextmanager
def alone() -> Iterator[None]:
    """One thread, as stacks train side by side, which also fixes the order of every sum; and no denormals: moments of
    weights that rest decay to such, which slows Adam by half."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        torch.set_flush_denormal(False)


def parts_of(dataset: Dataset, device: torch.device) -> list[slice] | list[Tensor]:
    """The records that a model is asked about, PART at a time."""
    if isinstance(dataset.asked, slice):
        return [slice(start, start + PART) for start in range(0, len(dataset), PART)]
    return list(torch.from_numpy(dataset.asked).to(device).split(PART))


@dataclass(frozen=True)
class NetRecipe:
    """Settings of every net. dtype: of the matrix products in training, `auto` for bfloat16 where the processor has
    it; weights, optimiser and answers are float32. stack: nets trained together, 0 for as many as is measured to be
    fastest; no result depends on it."""

    epochs: int = 30
    batch_size: int = 32
    lr: float = 1e-3
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    optimizer: str = "adam"
    dtype: str = "auto"
    stack: int = 0
    device: str = "auto"
    name = "net"
    version = 0
    least = 1
    """Nets of a stack; fewer are filled up with copies, where a lone net would be computed in another order."""
    largest = 128
    """Nets of a stack at most."""
    supports = frozenset({*NEEDS.values(), "traces", "features"})

    @classmethod
    def of(cls, settings: dict, device: str) -> Self:
        """From settings as a user writes them; raises InputError that names the setting."""
        kinds = {f.name: type(f.default) for f in fields(cls) if f.name != "device"}
        values = {}
        for key, value in settings.items():
            if key not in kinds:
                raise InputError(
                    f"{cls.name} has no setting {key!r}{did_you_mean(key, [*kinds])} (known: {listed(kinds)})"
                )
            values[key] = cls._of_kind(key, value, kinds[key])
        recipe = cls(**values, device=device)
        for key, fine, wanted in recipe.checks():
            if not fine:
                raise InputError(f"{cls.name}: {key} must be {wanted}, not {getattr(recipe, key)!r}")
        if device == "cuda" and not torch.cuda.is_available():
            raise InputError("no CUDA device here; give --device cpu or leave it out")
        return recipe

    @classmethod
    def _of_kind(cls, key: str, value: Any, kind: type) -> Any:
        if kind is tuple:
            return () if value is None else tuple(np.atleast_1d(np.asarray(value)).tolist())
        if kind is str:
            return value
        number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
        if not number or not np.isfinite(value) or kind(value) != value:
            raise InputError(
                f"{cls.name}: {key} must be {'a whole number' if kind is int else 'a number'}, not {value!r}"
            )
        return kind(value)

    def checks(self) -> list[tuple[str, bool, str]]:
        """(setting, whether it is fine, what it must be)."""
        return [
            ("epochs", self.epochs >= 1, "at least 1"),
            ("batch_size", self.batch_size >= 1, "at least 1"),
            ("lr", self.lr > 0, "above 0"),
            ("weight_decay", self.weight_decay >= 0, "0 or more"),
            ("label_smoothing", 0 <= self.label_smoothing < 1, "from 0 to below 1"),
            ("optimizer", self.optimizer in OPTIMIZERS, f"one of {listed(OPTIMIZERS)}"),
            ("dtype", self.dtype in ("auto", *DTYPES), f"one of {listed(('auto', *DTYPES))}"),
            ("stack", self.stack >= 0, "at least 1, or 0 for what is fastest"),
            ("device", self.device in ("auto", "cpu", "cuda"), "auto, cpu or cuda"),
        ]

    def settings(self) -> dict:
        """As JSON; without the size of a stack, on which nothing depends."""
        values = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items() if k != "stack"}
        return {**values, "device": self.where().type}

    def identity(self) -> object:
        return [self.name, self.version, self.settings(), torch.__version__]

    def check(self, dataset: Dataset) -> list[str]:
        return list(usable(dataset, self.name).notes)

    def make(self, dataset: Dataset, width: int, draws: list[torch.Generator], dtype: torch.dtype) -> Stack:
        """Nets for records of `width` numbers, one for each generator."""
        raise NotImplementedError

    def module(self, dataset: Dataset, weights: dict[str, np.ndarray]) -> nn.Module:
        """The net with these weights as a torch module that takes records (B, width); it has `layers`, and `features`
        before the last of them."""
        raise NotImplementedError

    def drops_at(self) -> tuple[int, ...]:
        """After how many epochs the learning rate is divided by 10."""
        return ()

    def private(self) -> Self:
        """The same for DP-SGD, which takes no net that looks at several records at once."""
        return self

    def count(self, weights: dict[str, np.ndarray]) -> int:
        """Parameters of a net with these weights."""
        return sum(w.size for w in weights.values())

    def stack_size(self, dataset: Dataset) -> int:
        return self.stack or min(8, self.largest)

    def at(self, dtype: str) -> Self:
        """The same in the precision of a plan."""
        return replace(self, dtype=dtype)

    def where(self) -> torch.device:
        """The device to train on."""
        cuda = self.device != "cpu" and torch.cuda.is_available()
        return torch.device("cuda" if cuda else "cpu")

    def precision(self) -> str:
        """The dtype of matrix products, by its name."""
        return best_dtype(self.where()) if self.dtype == "auto" else self.dtype

    def pace(self, dataset: Dataset, records: int, most: int | None) -> Pace:
        """Nets of a stack, at most so many, and precision; `records`: on how many each is trained. Where the size is
        not asked for, it is measured, which takes about a second; but not where `most` is None."""
        dtype = self.precision()
        if self.stack or most is None:
            return Pace(self.stack_size(dataset), dtype, None)
        steps, batch = layout(records, self.batch_size)
        width = matrix_of(dataset).base.shape[1]
        most = max(min(most, self.largest), self.least)
        sizes = [2**power for power in range(8) if self.least <= 2**power <= most]
        with alone():
            size, seconds = fastest(
                lambda draws: self.make(dataset, width, draws, DTYPES[dtype]),
                width, len(dataset.classes), batch, DTYPES[dtype], self.where(), sizes,
            )  # fmt: skip
        return Pace(size, dtype, seconds * steps * self.epochs)

    def train(
        self,
        dataset: Dataset,
        members: np.ndarray,
        seeds: np.ndarray,
        traced: Collection[int] = (),
        treatment: Treatment | None = None,
    ) -> Iterator[Trained]:
        with alone():
            if treatment is not None and treatment.privacy is not None:
                from standout.recipes.nets.private import train_private

                yield from train_private(self, dataset, members, [int(s) for s in seeds], treatment.privacy)
            else:
                yield from self._train(dataset, members, [int(s) for s in seeds], traced, treatment)

    def _loss(self, treatment: Treatment | None, together: list[int], dataset: Dataset) -> Loss | Sloped:
        if treatment is None or treatment.needs <= {"clip", "early_stopping"}:
            return CrossEntropy(self.label_smoothing)
        if treatment.relax is not None:
            return RelaxLoss(treatment.relax)
        return Treated(treatment.of_models(together), len(dataset), self.label_smoothing, self.where())

    def _train(
        self,
        dataset: Dataset,
        members: np.ndarray,
        seeds: list[int],
        traced: Collection[int],
        treatment: Treatment | None,
    ) -> Iterator[Trained]:
        device, image = self.where(), dataset.kind == "image"
        dtype = DTYPES[self.precision()]
        matrix = matrix_of(dataset)
        source = Source(matrix, image, device)
        fit = Fit.of(matrix, members, image, device)
        labels = torch.from_numpy(dataset.y.copy()).to(device)
        how = Training(self.epochs, self.batch_size, self.lr, self.weight_decay, self.optimizer, self.drops_at())
        place: dict[int, tuple[Stack, int]] = {}
        tracers: dict[int, Tracer] = {}
        for group in layouts(members.sum(axis=1), self.batch_size):
            together = group * (-(-self.least // len(group)))
            draws = generators([seeds[k] for k in together], device)
            stack = self.make(dataset, source.base.shape[1], draws, dtype)
            own = [torch.from_numpy(np.flatnonzero(members[k])).to(device) for k in together]
            noise = Noise(torch.tensor([seeds[k] for k in together], device=device))
            gather = source.batches(fit.of_models(together), dtype)
            place.update({k: (stack, at) for at, k in enumerate(group)})
            asking = {k: self._asking(dataset, source, fit, k, *place[k]) for k in group if k in traced}
            mine = {k: Tracer(labels[dataset.asked], self.epochs, ask) for k, ask in asking.items()}

            loss = own_loss = self._loss(treatment, together, dataset)
            if treatment is not None and treatment.clips is not None:
                loss = Capped(own_loss, treatment.clips[together], device)
            if treatment is not None and treatment.mixup is not None:
                weights = Batches.of(own, self.batch_size).weights
                loss = Mixup(gather, noise, weights, treatment.mixup, CrossEntropy(self.label_smoothing))
                gather = loss.inputs
            ended: list[Callable[[int], None]] = [tracer.after for tracer in mine.values()]
            if isinstance(own_loss, RelaxLoss):
                ended.append(own_loss.after)
            fits = [fit.of_models([k]) for k in together]
            if isinstance(own_loss, Treated) and treatment is not None:
                ended.append(partial(self._teach, own_loss, treatment, source, fits, stack))

            stopping = None
            if treatment is not None and treatment.held is not None:
                stopping = stopping_of(stack, treatment.held[together], labels, source, fits)
                ended.append(stopping.after)

            def after(epoch: int, ended: list[Callable[[int], None]] = ended) -> None:
                for call in ended:
                    call(epoch + 1)

            train(stack, gather, labels, own, draws, how, loss, noise, after)
            if stopping is not None:
                stopping.restore()
            tracers.update(mine)
        for k in range(len(members)):
            stack, at = place[k]
            model = self.answered(dataset, source.seen_by(fit.of_models([k])), stack.answering(at), stack.weights(at))
            yield replace(model, trace=tracers[k].trace()) if k in tracers else model

    def answered(self, dataset: Dataset, seen: Seen, answer: Answer, weights: dict[str, np.ndarray]) -> Trained:
        """A trained model, asked about all audited records. Raises InputError where its answers are no numbers."""
        with torch.inference_mode():
            blocks = [answer(seen(part)) for part in parts_of(dataset, self.where())]
        z, h = (torch.cat(parts).cpu().numpy() for parts in zip(*blocks))
        if not np.isfinite(z).all():
            raise InputError(f"{self.name}: training diverged (outputs are not finite); lower lr (now {self.lr})")
        return Trained(z, False, self.count(weights), weights, h.astype(np.float16))

    def _teach(
        self, loss: Treated, treatment: Treatment, source: Source, fits: list[Fit], stack: Stack, epoch: int
    ) -> None:
        """After this epoch, counted from 1: rows that waited are taught what each net says of them by now."""
        if treatment.wait is None or epoch != max(round(self.epochs * treatment.wait), 1):
            return
        rows = torch.from_numpy(treatment.rows).to(source.base.device)
        loss.teach(torch.stack([stack.answering(k)(source.seen_by(fit)(rows))[0] for k, fit in enumerate(fits)]))

    def _asking(self, dataset: Dataset, source: Source, fit: Fit, model: int, stack: Stack, at: int):
        """What has one model of a stack answer on all audited records, as it stands by then."""
        seen = source.seen_by(fit.of_models([model]))

        def ask() -> Iterator[Tensor]:
            answer = stack.answering(at)
            return (answer(seen(part))[0] for part in parts_of(dataset, source.base.device))

        return ask
