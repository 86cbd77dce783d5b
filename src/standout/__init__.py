"""Which training records does a classifier give away, why those, and what protects them."""

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING

from standout.run.version import __version__

_PUBLIC = {
    "audit": "standout.flows.audit",
    "compare": "standout.flows.compare",
    "defend": "standout.flows.defend",
    "merge": "standout.flows.merge",
    "score": "standout.flows.score",
    "screen": "standout.flows.screen",
    "load": "standout.data.source",
    "Dataset": "standout.data.dataset",
    "Run": "standout.flows.run",
    "TorchRecipe": "standout.recipes.torch_module",
    "attack_scores": "standout.attacks",
    "exposure": "standout.estimate",
    "InputError": "standout.errors",
}

if TYPE_CHECKING:
    from standout.attacks import attack_scores
    from standout.data.dataset import Dataset
    from standout.data.source import load
    from standout.errors import InputError
    from standout.estimate import exposure
    from standout.flows.audit import audit
    from standout.flows.compare import compare
    from standout.flows.defend import defend
    from standout.flows.merge import merge
    from standout.flows.run import Run
    from standout.flows.score import score
    from standout.flows.screen import screen
    from standout.recipes.torch_module import TorchRecipe

__all__ = [
    "Dataset",
    "InputError",
    "Run",
    "TorchRecipe",
    "__version__",
    "attack_scores",
    "audit",
    "compare",
    "defend",
    "exposure",
    "load",
    "merge",
    "score",
    "screen",
]


def __getattr__(name: str):
    """Import late: `standout --help` must not wait for pandas and scikit-learn."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'standout' has no attribute {name!r}")
    value = getattr(importlib.import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value


class _Face(ModuleType):
    """The package, where `standout.defend` is the function, not the folder of that name that the import of any module
    in it would put there."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _PUBLIC and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Face
