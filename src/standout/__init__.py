"""Which training records does a classifier give away, why those, and what protects them."""

import importlib

from standout.run.version import __version__

_PUBLIC = {
    "audit": "standout.flows.audit",
    "load": "standout.data.source",
    "Dataset": "standout.data.dataset",
    "Run": "standout.flows.run",
    "attack_scores": "standout.attacks",
    "exposure": "standout.exposure",
    "InputError": "standout.errors",
}

__all__ = ["Dataset", "InputError", "Run", "__version__", "attack_scores", "audit", "exposure", "load"]


def __getattr__(name: str):
    """Import late: `standout --help` must not wait for pandas and scikit-learn."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'standout' has no attribute {name!r}")
    value = getattr(importlib.import_module(_PUBLIC[name]), name)
    globals()[name] = value  # `standout.exposure` the function, not the folder of that name
    return value
