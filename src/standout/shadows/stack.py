"""One task: train a stack of models and write their files, in whatever process and on whatever machine."""

import contextlib
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from standout.data.dataset import Dataset
from standout.errors import InputError, one_line
from standout.recipes.blame import place_of
from standout.recipes.recipe import Recipe, Trained, trained_by
from standout.run.folder import RunFolder
from standout.shadows.store import TRACED, StackSums, name_of, write_model
from standout.threads import one_thread


@dataclass(frozen=True, eq=False)
class Also:
    """Another run that stores the same models by other answers: answers(model, dataset, members bool (N,), seed)."""

    folder: RunFolder
    key: str
    answers: Callable[[Trained, Dataset, np.ndarray, int], Trained]

    def lacks(self, models: Iterable[int]) -> bool:
        """Whether one of these models has no file there."""
        return any(not (self.folder.path / name_of(m)).exists() for m in models)


@dataclass(frozen=True, eq=False)
class Work:
    """What all tasks of a run share. folder: with an absolute path; key: of the run; dataset: in id order; also: other
    runs that are served by the same training."""

    folder: RunFolder
    key: str
    recipe: Recipe
    dataset: Dataset
    also: tuple[Also, ...] = ()

    @property
    def on_gpu(self) -> bool:
        """Whether models are trained on a GPU."""
        return str(self.recipe.settings().get("device")).startswith("cuda")


@dataclass(frozen=True, eq=False)
class Stack:
    """What one task trains: models from number `start` on, one for each seed; those in `stored` have their files.

    members: bool (K, A) of its models among the audited records.
    """

    start: int
    seeds: list[int]
    keep: str
    stored: frozenset[int]
    members: np.ndarray


def train_stack(work: Work, stack: Stack, gone: Callable[[], bool] | None = None) -> int:
    """Train a stack, store its models one by one; returns how many.

    gone: whether the run that this serves is no more; asked before each file is written. None in the run's own process.
    """
    sums, *its_sums = (StackSums() if stack.keep == "sums" else None for _ in range(1 + len(work.also)))
    recipe, members, dataset = work.recipe, stack.members, work.dataset
    trained_on, labels = dataset.trained_on(members), dataset.y[dataset.asked]
    model, written = stack.start, 0
    try:
        traced = {m - model for m in range(model, model + len(members)) if m < TRACED and m not in stack.stored}
        with one_thread(), contextlib.redirect_stdout(sys.stderr):  # standard output is for results
            if gone and gone():
                return 0
            for k, trained in enumerate(trained_by(recipe, dataset, trained_on, np.asarray(stack.seeds), traced)):
                if sums is not None:
                    sums.add(trained, members[k], stack.seeds[k])
                if model not in stack.stored:
                    if gone and gone():
                        return written
                    write_model(
                        work.folder,
                        model,
                        members[k],
                        trained,
                        labels,
                        key=work.key,
                        seed=stack.seeds[k],
                        sums=sums,
                        last=k == len(members) - 1,
                    )
                    written += 1
                for also, its in zip(work.also, its_sums):
                    if gone and gone():
                        return written
                    _write_also(also, its, stack, model, trained, dataset, trained_on[k])
                model += 1
    except InputError:
        raise
    except (Exception, SystemExit) as e:
        raise InputError(
            f"{recipe.name} failed while training model {model}: {type(e).__name__}: {one_line(e)}{place_of(e)}"
        ) from e
    return written


def _write_also(
    also: Also,
    sums: StackSums | None,
    stack: Stack,
    model: int,
    trained: Trained,
    dataset: Dataset,
    members: np.ndarray,
) -> None:
    """Store a model of a stack by other answers, where it is missing there; members: bool of all records."""
    k = model - stack.start
    if sums is None and not also.lacks([model]):
        return
    answered = also.answers(trained, dataset, members, stack.seeds[k])
    if sums is not None:
        sums.add(answered, stack.members[k], stack.seeds[k])
    if also.lacks([model]):
        last = k == len(stack.members) - 1
        labels = dataset.y[dataset.asked]
        at = {"key": also.key, "seed": stack.seeds[k], "sums": sums, "last": last}
        write_model(also.folder, model, stack.members[k], answered, labels, **at)
