"""Which estimators and functions of the user's take a weight for each record, and by what argument."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from sklearn import get_config
from sklearn.pipeline import Pipeline

ARGUMENT = "sample_weight"


def weight_argument(estimator: Any) -> str | None:
    """By which argument `fit` of an estimator takes weights: `STEP__sample_weight` for the last of a Pipeline; None
    where it takes none, or an estimator within it does not."""
    if isinstance(estimator, Pipeline):
        name, last = estimator.steps[-1]
        own = weight_argument(last)
        routed = get_config()["enable_metadata_routing"]  # then a Pipeline wants set_fit_request instead
        return None if own is None or routed else f"{name}__{own}"
    fine = takes(estimator.fit) and all(weight_argument(part) == ARGUMENT for part in within(estimator))
    return ARGUMENT if fine else None


def takes(fit: Callable) -> bool:
    """Whether a function has an argument `sample_weight` of that very name."""
    try:
        return ARGUMENT in inspect.signature(fit).parameters
    except (TypeError, ValueError):  # built-in code that has no signature to look at
        return False


def within(estimator: Any) -> Iterator[Any]:
    """Estimators that an estimator trains: those of an ensemble, a vote, a calibration."""
    for value in estimator.get_params(deep=False).values() if hasattr(estimator, "get_params") else ():
        for part in value if isinstance(value, (list, tuple)) else [value]:
            part = part[1] if isinstance(part, tuple) and len(part) == 2 else part
            if hasattr(part, "fit") and not isinstance(part, type):
                yield part


def weighted(members: np.ndarray, weights: np.ndarray | None) -> tuple[np.ndarray, np.ndarray | None]:
    """Places int (n,) of the records that a model trains on and their weights float64 (n,), None where all are 1: a
    library may add up in another order where it is given weights. A record of weight 0 is not trained on.

    members: bool (N,); weights: float (N,).
    """
    rows = np.flatnonzero(members)
    if weights is None:
        return rows, None
    own = weights[rows].astype(np.float64)
    rows, own = rows[own > 0], own[own > 0]
    return rows, None if (own == 1).all() else own
