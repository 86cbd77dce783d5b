"""XGBoost, LightGBM and CatBoost through their scikit-learn interface: where it differs from scikit-learn's own.

None is imported here: an estimator is known by the module of its class.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from standout.errors import InputError

THREADS = ("n_jobs", "num_threads", "num_thread", "nthreads", "nthread", "thread_count")
SEEDS = (
    "random_state", "seed", "random_seed", "bagging_seed", "feature_fraction_seed", "data_random_seed", "drop_seed",
    "extra_seed", "objective_seed",
)  # fmt: skip
OF_COLUMNS = ("enable_categorical", "categorical_feature", "categorical_features", "cat_features", "feature_types")
"""Settings that speak of the columns of a table as it is."""
AS_CONSTRAINTS = ("monotonic_cst", "monotone_constraints")
"""The same where they are a dict, by names of columns."""
EARLY = ("early_stopping_rounds", "early_stopping_round", "n_iter_no_change", "od_wait", "od_type")


@dataclass(frozen=True)
class Library:
    """raw: asks `predict` for margins. quiet: settings that silence it, where the user gave none of `loud`. always: set
    whatever the user says, as they are not listed among its settings. seed: its name where none is listed. counts:
    labels must be 0, 1, ..."""

    raw: dict
    quiet: dict
    loud: tuple[str, ...]
    always: dict = field(default_factory=dict)
    seed: str = "random_state"
    counts: bool = False


LIBRARIES = {
    "xgboost": Library({"output_margin": True}, {"verbosity": 0}, ("verbosity",), counts=True),
    "lightgbm": Library({"raw_score": True}, {"verbose": -1}, ("verbose", "verbosity")),
    "catboost": Library(
        {"prediction_type": "RawFormulaVal"},
        {"verbose": False},
        ("verbose", "silent", "logging_level", "verbose_eval"),
        {"thread_count": 1, "allow_writing_files": False},
        "random_seed",
    ),
}


def library_of(estimator: object) -> Library | None:
    """The library of an estimator, or of what its class derives from."""
    tops = (c.__module__.partition(".")[0] for c in type(estimator).__mro__)
    return next((LIBRARIES[top] for top in tops if top in LIBRARIES), None)


def boosters(model: Any) -> list[tuple[Any, Library]]:
    """All estimators of these libraries in a model: it may be a Pipeline, a search or a vote."""
    parts = [model, *model.get_params(deep=True).values()]
    return [(part, library) for part in parts if (library := library_of(part)) and not isinstance(part, type)]


def counts_classes(model: Any) -> bool:
    """Whether a part of a model takes no labels but 0, 1, ..."""
    return any(library.counts for _, library in boosters(model))


def prepare(model: Any, seed: int, classes: int) -> None:
    """Silence what a model has of these libraries, and set what they do not list, and seeds of 31 bits. classes: how
    many there are in training."""
    for part, library in boosters(model):
        given = part.get_params()
        quiet = {} if any(given.get(name) is not None for name in library.loud) else library.quiet
        seeds = [name for name in SEEDS if name in given] or [library.seed]
        if library.counts and str(given.get("objective")).startswith("multi:"):
            quiet = {**quiet, "num_class": classes}  # not set by itself for two classes
        part.set_params(**quiet, **library.always, **dict.fromkeys(seeds, seed % (2**31 - 1)))


def check(model: Any) -> None:
    """Raises InputError for early stopping, for which an audit has no records to set apart."""
    for part, _ in boosters(model):
        given = part.get_params()
        early = next((name for name in EARLY if given.get(name)), None)
        if early:
            raise InputError(
                f"{type(part).__name__}: {early} needs an evaluation set, which an audit does not give; leave it out "
                "and set n_estimators to where it stopped"
            )


def wants_frame(model: Any) -> bool:
    """Whether settings of a model speak of a table's own columns, so that it must get the table as it is."""
    given = model.get_params(deep=False)
    named = any(
        name in given and not (given[name] is None or given[name] is False or isinstance(given[name], str))
        for name in OF_COLUMNS
    )
    return named or any(isinstance(given.get(name), dict) for name in AS_CONSTRAINTS)


def margins(model: Any, x: Any) -> np.ndarray | None:
    """What a fitted model's trees sum to: float64 (N,) for two classes or (N, C), which no rounding to probabilities
    has touched. None where it is of no such library."""
    steps: list[Pipeline] = []
    while isinstance(model, Pipeline) or hasattr(model, "best_estimator_"):
        if isinstance(model, Pipeline):
            steps, model = [*steps, model[:-1]], model[-1]
        else:
            model = model.best_estimator_
    library = library_of(model)
    if library is None:
        return None
    x = x.copy()  # a step may scale in place
    for before in steps:
        x = before.transform(x) if len(before) else x
    return np.asarray(model.predict(x, **library.raw), dtype=np.float64)
