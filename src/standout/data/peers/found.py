"""What a peer's file gives: arrays that `score` can use, or one line that says why it cannot."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from sklearn.metrics import roc_auc_score

from standout.data.peers.look import read_npy
from standout.errors import InputError
from standout.signals import TINY

FEWEST = 4
NEEDED = "signals or logits of at least 4 models with the memberships of each"
AUDIT = "standout audit on the same data trains them"


@dataclass(frozen=True, eq=False)
class Found:
    """Arrays by the names of `standout.score`, and what was understood and left out, a line each."""

    arrays: dict[str, Any]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Files:
    """Logits of models (M, N, C), one .npy file (n, 1.., C) each, of which the N `rows` are taken; one at a time."""

    paths: tuple[Path, ...]
    rows: np.ndarray
    classes: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """(models, records, classes)"""
        return len(self.paths), len(self.rows), self.classes

    def __iter__(self) -> Iterator[np.ndarray]:
        for path in self.paths:
            yield np.asarray(read_npy(path, large=True).reshape(-1, self.classes)[self.rows])


def refuse(name: str, what: str, mend: str) -> NoReturn:
    """Raises the one line for a file that is known and cannot be used: what it is and holds, and what is needed."""
    raise InputError(f"{name} is {what}; standout score needs {NEEDED}: {mend}")


def refuse_one_target(name: str, what: str, scores: np.ndarray, members: np.ndarray, mend: str) -> NoReturn:
    """The same where it holds scores (N,) of one attacked model, and who its members are (N,).

    The AUC that is told is taken from these scores, ties by mid-ranks, not from the file.
    """
    scores, members = np.ravel(scores), np.ravel(members)
    if len(scores) != len(members):
        raise InputError(f"{name} is {what}, damaged: {len(scores)} scores for {len(members)} memberships")
    holds = f"scores of one target model for {len(scores):,} records"
    if np.isin(members, (0, 1)).all():
        inside = members.astype(bool)
        holds += f", {int(inside.sum()):,} of them members"
        if 0 < inside.sum() < len(inside) and np.isfinite(scores).all():
            holds += f" (AUC {roc_auc_score(inside, scores):.3f})"
    refuse(name, f"{what} with {holds}, and outputs of no other model", mend)


def log_odds(confidence: np.ndarray) -> np.ndarray:
    """Rescaled logits float64 of the probability of the true class, any shape, in [0, 1]; 0 and 1 are smoothed by TINY
    as the original LiRA code does, so that `score` chooses a larger amount on the references."""
    p = np.asarray(confidence, dtype=np.float64)
    return np.log(p + TINY) - np.log(1 - p + TINY)


def as_members(values: np.ndarray, where: str) -> np.ndarray:
    """Memberships as bool, or an InputError."""
    values = np.asarray(values)
    if values.dtype != bool and (values.dtype.kind not in "fiu" or not np.isin(values, (0, 1)).all()):
        raise InputError(f"{where} must be true or false (1 or 0) for each record")
    return values.astype(bool)


@dataclass(frozen=True, eq=False)
class Usable:
    """Which models and records of memberships (M, N) an audit can use: M even, each record in some and not in all."""

    models: int
    rows: np.ndarray
    notes: tuple[str, ...]

    @classmethod
    def of(cls, members: np.ndarray, name: str) -> "Usable":
        """Raises InputError where fewer than 4 models are left."""
        count, notes = len(members), []
        if count % 2:
            count -= 1
            notes.append(f"{len(members)} models are there: the last one is left out, since models go in pairs")
        if count < FEWEST:
            raise InputError(f"{name} holds {len(members)} models; an audit needs at least {FEWEST}")
        inside = members[:count].sum(axis=0)
        kept = (inside > 0) & (inside < count)
        if not kept.all():
            notes.append(
                f"{int((~kept).sum()):,} of {len(kept):,} records are in all models or in none and are left out: "
                "nothing to compare"
            )
        return cls(count, np.flatnonzero(kept), tuple(notes))

    def ids(self, ids: np.ndarray | None, n: int) -> np.ndarray | None:
        """Ids of the kept records; where there are none and some are left out, numbers of rows, counted from 0."""
        if ids is not None:
            return np.asarray(ids)[self.rows]
        return self.rows if len(self.rows) < n else None


def imported(
    name: str,
    signals: np.ndarray,
    members: np.ndarray,
    *,
    labels: np.ndarray | None = None,
    ids: np.ndarray | None = None,
    target: np.ndarray | None = None,
    target_members: np.ndarray | None = None,
    notes: tuple[str, ...] = (),
) -> Found:
    """Signals (M, N), memberships bool (M, N) and what is given per record (N,), cut to what an audit can use."""
    usable = Usable.of(members, name)
    rows = usable.rows
    given = {
        "signals": signals[: usable.models][:, rows],
        "members": members[: usable.models][:, rows],
        "labels": None if labels is None else labels[rows],
        "ids": usable.ids(ids, members.shape[1]),
        "target_signals": None if target is None else target[rows],
        "target_members": None if target_members is None else target_members[rows],
    }
    return Found({k: v for k, v in given.items() if v is not None}, (*notes, *usable.notes))
