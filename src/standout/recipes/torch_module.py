"""`TorchRecipe`: a torch module of the user's own. Importing this file does not import torch."""

import importlib.util
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from standout.data.dataset import Dataset
from standout.data.encode import usable
from standout.errors import InputError, did_you_mean, listed, one_line
from standout.recipes.blame import place_of
from standout.recipes.identity import identify
from standout.recipes.recipe import Trained
from standout.recipes.settings import as_json

if TYPE_CHECKING:
    from standout.recipes.nets.live import How
    from standout.recipes.nets.seen import Seen
    from standout.recipes.nets.trial import Heads

OPTIMIZERS = ("adam", "adamw", "sgd")
DTYPES = ("float32", "bfloat16")


@dataclass(frozen=True, eq=False)
class TorchRecipe:
    """A `torch.nn.Module` of your own: `TorchRecipe(build=Net, epochs=20)`.

    build: makes a new module for every shadow model: its class, or a function. Parameters without a default are filled
    by name: `in_features` (numbers of a record), `in_channels`, `input_shape`, `n_classes`, and their like; two of any
    other names get the numbers of a record (of an image its shape) and the number of classes.
    The module gets float32 (B, ...): an image as (channels, H, W), (1, H, W) where it is grey, bytes divided by 255 and
    floats as they are; a table as numbers (D,), standardised on each model's own records unless scale=False (a table
    within [0, 1] is left as it is). input_shape: what each record is reshaped to instead, such as (64,).
    It returns logits or softmax probabilities (B, C), classes in the order of `Dataset.classes`; for two classes also
    one output (B, 1) or (B,), a logit or a sigmoid, which speaks of the second class. Behind a sigmoid or softmax at
    the end, what entered it is used, in training and in the audit.
    Trained by cross-entropy, or by loss(outputs, labels) on what the module returns; labels int64 (B,), for one output
    float and of its shape. optimizer: "adam", "adamw", "sgd" (momentum 0.9), or a function of the parameters that
    returns a torch optimizer, which then ignores lr and weight_decay. scheduler: a function of the optimizer that
    returns a torch scheduler, stepped after each epoch. dtype: "bfloat16" trains under torch.autocast.
    Batches of an epoch are nearly equal in size. All randomness, dropout included, comes from each model's seed.
    """

    build: Callable[..., Any]
    epochs: int = 10
    batch_size: int = 32
    lr: float = 1e-3
    weight_decay: float = 0.0
    optimizer: str | Callable = "adam"
    loss: Callable | None = None
    scheduler: Callable | None = None
    scale: bool = True
    input_shape: tuple[int, ...] | None = None
    dtype: str = "float32"
    device: str = "auto"
    supports = frozenset({"traces"})

    def __post_init__(self):
        if importlib.util.find_spec("torch") is None:
            raise InputError("TorchRecipe needs the extra torch: pip install 'standout[torch]'")
        if is_module(self.build) and not isinstance(self.build, type):
            raise InputError(
                f"build is a module that is made already, and every shadow model needs a new one: give its class, "
                f"build={type(self.build).__name__}, or build=lambda: {type(self.build).__name__}(...)"
            )
        if self.input_shape is not None:
            shape = np.atleast_1d(np.asarray(self.input_shape)).tolist()
            object.__setattr__(self, "input_shape", tuple(shape))
        for key, fine, wanted in self._checks():
            if not fine:
                raise InputError(f"TorchRecipe: {key} must be {wanted}, not {getattr(self, key)!r}")

    def _checks(self) -> list[tuple[str, bool, str]]:
        own = (self.optimizer, self.loss, self.scheduler)
        return [
            ("build", callable(self.build), "a module's class, or a function that returns a new module"),
            ("epochs", _number(self.epochs, whole=True) and self.epochs >= 1, "a whole number, at least 1"),
            ("batch_size", _number(self.batch_size, whole=True) and self.batch_size >= 1, "a whole number, at least 1"),
            ("lr", _number(self.lr) and self.lr > 0, "above 0"),
            ("weight_decay", _number(self.weight_decay) and self.weight_decay >= 0, "0 or more"),
            ("optimizer", self.optimizer in OPTIMIZERS or callable(own[0]), f"{listed(OPTIMIZERS)} or a function"),
            ("loss", own[1] is None or callable(own[1]), "a function loss(outputs, labels)"),
            ("scheduler", own[2] is None or callable(own[2]), "a function of the optimizer"),
            ("scale", isinstance(self.scale, bool), "True or False"),
            (
                "input_shape",
                self.input_shape is None or all(_number(n, whole=True) and n > 0 for n in self.input_shape),
                "sizes such as (1, 28, 28)",
            ),
            ("dtype", self.dtype in DTYPES, f"one of {listed(DTYPES)}"),
            ("device", self.device in ("auto", "cpu", "cuda"), "auto, cpu or cuda"),
        ]

    @property
    def name(self) -> str:
        """Of the class or function that builds; "module" where it has none."""
        build = getattr(self.build, "func", self.build)  # of a functools.partial
        name = getattr(build, "__name__", type(build).__name__)
        return "module" if name == "<lambda>" else name

    def having(self, settings: dict, device: str) -> Self:
        """The same with other settings, and on a device where it names none itself."""
        known = [f.name for f in fields(self) if f.name not in ("build", "device")]
        for key in settings:
            if key not in known:
                raise InputError(
                    f"TorchRecipe has no setting {key!r}{did_you_mean(key, known)} (known: {listed(known)})"
                )
        return replace(self, **settings, device=device if self.device == "auto" else self.device)

    def settings(self) -> dict:
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("build", "device")}
        shape = {"input_shape": None if self.input_shape is None else list(self.input_shape)}
        return {**{k: _told(v) for k, v in values.items()}, **shape, "device": self._where().type}

    def identity(self) -> object:
        import torch

        own = [identify(part) for part in (self.build, self.optimizer, self.loss, self.scheduler)]
        return ["torch-recipe", 1, self.settings(), own, torch.__version__]

    def _where(self):
        import torch

        if self.device == "cuda" and not torch.cuda.is_available():
            raise InputError("no CUDA device here; give device='cpu' / --device cpu or leave it out")
        return torch.device("cuda" if self.device != "cpu" and torch.cuda.is_available() else "cpu")

    def _how(self) -> "How":
        from standout.recipes.nets.live import How

        own = {f.name: getattr(self, f.name) for f in fields(How) if f.name != "half"}
        return How(**own, half=self.dtype == "bfloat16")

    def stack_size(self, dataset: Dataset) -> int:
        return 2

    def check(self, dataset: Dataset) -> list[str]:
        """Builds a module and asks it as each training will, on a few records."""
        from standout.recipes.nets.live import seeded
        from standout.recipes.nets.net import alone
        from standout.recipes.nets.trial import told

        notes = list(usable(dataset, "a torch module").notes)
        with alone(), seeded(0, self._where()):
            try:
                head = self._tried(self._seen(dataset), dataset).answering
            except InputError as e:
                raise InputError(f"TorchRecipe {self.name}: {e}") from e
            except Exception as e:  # whatever the user's code raises
                what = f"{type(e).__name__}: {one_line(e)}{place_of(e)}"
                raise InputError(f"TorchRecipe {self.name} cannot be tried: {what}{_mend(e, dataset)}") from e
        return notes + [f"{self.name}: {line}" for line in told(head, dataset.classes)]

    def _seen(self, dataset: Dataset) -> "Seen":
        from standout.recipes.nets.seen import Seen

        return Seen(dataset, self.scale, self.input_shape, self._where())

    def _tried(self, seen: "Seen", dataset: Dataset) -> "Heads":
        import torch

        from standout.recipes.nets.live import FEW
        from standout.recipes.nets.trial import heads_of

        few = torch.arange(FEW, device=seen.device)
        x = seen.by(np.ones(len(dataset), dtype=bool))(few)
        labels = torch.from_numpy(dataset.y[:FEW].copy()).to(seen.device)
        return heads_of(self.build, seen.shape, len(dataset.classes), x, labels, self._how())

    def train(
        self, dataset: Dataset, members: np.ndarray, seeds: np.ndarray, traced: Collection[int] = ()
    ) -> Iterator[Trained]:
        from standout.recipes.nets.live import seeded
        from standout.recipes.nets.net import alone

        with alone():
            seen = self._seen(dataset)
            with seeded(0, seen.device):
                heads = self._tried(seen, dataset)
            for k, (rows, seed) in enumerate(zip(members, seeds)):
                with seeded(int(seed), seen.device):
                    trained = self._train_one(seen, heads, dataset, rows, int(seed), k in traced)
                yield trained

    def _train_one(
        self, seen: "Seen", heads: "Heads", dataset: Dataset, members: np.ndarray, seed: int, traced: bool
    ) -> Trained:
        import torch

        from standout.recipes.nets.factory import made
        from standout.recipes.nets.live import answers, asked_between, fit, weights_of
        from standout.recipes.nets.tracing import Tracer

        module = made(self.build, seen.shape, len(dataset.classes)).to(seen.device)
        take = seen.by(members)
        labels = torch.from_numpy(dataset.y.copy()).to(seen.device)
        rows = torch.from_numpy(np.flatnonzero(members)).to(seen.device)
        asked = torch.arange(len(dataset), device=seen.device)[dataset.asked]
        tracer = None
        if traced:
            ask = partial(asked_between, module, heads.answering, take, asked, seed)
            tracer = Tracer(labels[asked], self.epochs, ask)
        on_epoch = None if tracer is None else tracer.after
        fit(module, heads.training, take, labels, rows, self._how(), seed, on_epoch)
        outputs, unsteady = answers(module, heads.answering, take, asked)
        if not np.isfinite(outputs).all():
            raise InputError(f"{self.name}: training diverged (outputs are not finite); lower lr (now {self.lr})")
        logits, rounded = heads.answering.logits(outputs)
        note = f"{self.name} answers differently when asked twice: is noise on in eval mode?" if unsteady else None
        parameters = sum(p.numel() for p in module.parameters())
        trace = None if tracer is None else tracer.trace()
        return Trained(logits, rounded, parameters, weights_of(module), note=note, trace=trace)


def _mend(error: Exception, dataset: Dataset) -> str:
    """What most likely helps where a linear layer was given an image."""
    if "shapes cannot be multiplied" in str(error) and dataset.kind == "image":
        size = int(np.prod(dataset.x.shape[1:]))
        return f"; images come as (channels, height, width): put nn.Flatten() first, or give input_shape=({size},)"
    return ""


def _number(value: object, whole: bool = False) -> bool:
    kinds = (int, np.integer) if whole else (int, float, np.integer, np.floating)
    return isinstance(value, kinds) and not isinstance(value, bool) and bool(np.isfinite(value))


def _told(value: object) -> object:
    """A setting for config.json: functions and classes by name."""
    return getattr(value, "__name__", type(value).__name__) if callable(value) else as_json(value)


def is_module(thing: object) -> bool:
    """Whether something is a torch module, or a class of them; without importing torch."""
    classes = thing.__mro__ if isinstance(thing, type) else type(thing).__mro__
    return any(c.__module__ == "torch.nn.modules.module" and c.__name__ == "Module" for c in classes)
