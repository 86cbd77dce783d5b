"""What a user's `build` is called with, decided by the names of its parameters."""

import inspect
from collections.abc import Callable
from math import prod

from torch import nn

from standout.errors import InputError, listed

FEATURES = ("in_features", "n_features", "num_features", "features", "input_size", "input_dim", "in_dim", "n_inputs")
CHANNELS = ("in_channels", "n_channels", "num_channels", "channels")
SHAPE = ("shape", "input_shape", "in_shape")
CLASSES = (
    "n_classes", "num_classes", "classes", "out_features", "output_size", "output_dim", "out_dim", "n_outputs",
)  # fmt: skip


def arguments(build: Callable, shape: tuple[int, ...], classes: int) -> tuple[list, dict]:
    """Positional and named arguments for `build`, given the shape of one record as the module gets it.

    Parameters with a default keep it. Those without one get, by name, the numbers of a record (FEATURES), its channels
    (CHANNELS), its shape (SHAPE) or the number of classes (CLASSES). Two of other names get the numbers of a record (of
    an image its shape) and the number of classes. Raises InputError for anything else.
    """
    try:
        parameters = inspect.signature(build).parameters.values()
    except (TypeError, ValueError):  # built-in code that has no signature to look at
        return [], {}
    asked = [p for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    known = {
        **dict.fromkeys(FEATURES, prod(shape)),
        **dict.fromkeys(CHANNELS, shape[0]),
        **dict.fromkeys(SHAPE, shape),
        **dict.fromkeys(CLASSES, classes),
    }
    if len(asked) == 2 and asked[0].name not in CLASSES and asked[1].name not in (*FEATURES, *CHANNELS, *SHAPE):
        known.setdefault(asked[0].name, shape[0] if len(shape) == 1 else shape)
        known.setdefault(asked[1].name, classes)
    unknown = [p.name for p in asked if p.name not in known]
    if unknown:
        raise InputError(
            f"build asks for {listed(unknown)}, which standout cannot know; give defaults, name parameters such as "
            f"{FEATURES[0]}, {CHANNELS[0]}, {SHAPE[1]}, {CLASSES[0]}, or give build=lambda: ..."
        )
    placed = [known[p.name] for p in asked if p.kind is p.POSITIONAL_ONLY]
    return placed, {p.name: known[p.name] for p in asked if p.kind is not p.POSITIONAL_ONLY}


def made(build: Callable, shape: tuple[int, ...], classes: int) -> nn.Module:
    """A new module. Raises InputError where `build` returns something else."""
    placed, named = arguments(build, shape, classes)
    module = build(*placed, **named)
    if not isinstance(module, nn.Module):
        raise InputError(f"build returned a {type(module).__name__}; it must return a torch.nn.Module")
    return module


def refuse_shared(one: nn.Module, other: nn.Module) -> None:
    """Raises InputError where two modules of one `build` share what training changes: models would learn from each
    other's records."""
    if one is other:
        raise InputError("build returns one and the same module each time; it must make a new one: build=lambda: Net()")
    trained = {id(p) for p in one.parameters() if p.requires_grad} | {id(b) for b in one.buffers()}
    parts = [(n, p) for n, p in other.named_parameters() if p.requires_grad] + [*other.named_buffers()]
    for name, part in parts:
        if id(part) in trained:
            raise InputError(f"build returns the same {name} each time; make it anew in build, or copy.deepcopy it")
