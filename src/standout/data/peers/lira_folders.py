"""Score folders of the original LiRA code, and of its follow-up.

`tensorflow/privacy`, research/mi_lira_2021 (train.py, inference.py, score.py, plot.py): `exp/NAME/experiment-I_M/`
with `keep.npy` bool (N,), `logits/0000000100.npy` (N, 1, A, C) and `scores/0000000100.npy` (N, A), A augmentations, the
last file by name counts; beside them `y_train.npy` (N,) and `x_train.npy`. A score is log(p_y + 1e-45) - log(the
others + 1e-45): the rescaled logit. `keep.npy` may be longer than the scores (plot.py cuts it).
`najeebjebreel/lira_analysis` (OUTPUTS.md; arXiv 2603.07567): `keep_indices.npy` bool (M, N),
`model_I/scores/scores.npy` (N, A), `model_I/logits/logits.npy` (N, 1, A, C); no labels; `*_scores_leave_one_out.npy`
(M, N) are scores of attacks.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from standout.data.peers.found import Files, Found, Usable, as_members, imported
from standout.data.peers.look import Look, read_npy
from standout.errors import InputError, listed
from standout.signals import rescaled_logit


@dataclass(frozen=True)
class Model:
    """One trained model: its folder, its memberships (N,), and the last file of its scores and logits."""

    folder: Path
    keep: np.ndarray

    def last(self, kind: str) -> Path | None:
        """The last .npy file of `scores` or `logits`."""
        files = sorted((self.folder / kind).glob("*.npy"))
        return files[-1] if files else None


def recognise(look: Look) -> Found | None:
    """The models of such a folder. Raises InputError where parts are missing or of different shape."""
    if "keep_indices.npy" in look.folder:
        what, models = "lira_analysis", followed_up(look)
    elif any(n.startswith("experiment") and (look.path / n / "keep.npy").is_file() for n in look.folder):
        what, models = "mi_lira_2021", original(look)
    else:
        refuse_other_level(look)
        return None
    notes = [f"read as score folders of {what}"]
    kind = "scores" if any(m.last("scores") for m in models) else "logits"
    there = [m for m in models if m.last(kind)]
    if not there:
        raise InputError(f"{look.name} holds {len(models)} models of {what} and neither scores nor logits of any")
    if len(there) < len(models):
        gone = listed([m.folder.name for m in models if not m.last(kind)], 4)
        notes.append(f"{len(models) - len(there)} of {len(models)} models have no {kind} and are left out: {gone}")
    if len({m.last(kind).name for m in there}) > 1:  # type: ignore[union-attr]
        notes.append(f"models end at different epochs: the last file of {kind} of each is taken")
    if "x_train.npy" in look.folder:
        notes.append("x_train.npy is not read: causes that look at the records are not sought")
    labels = labels_of(look)
    if kind == "scores":
        return of_scores(look, there, labels, notes)
    return of_logits(look, there, labels, notes)


def number(name: str) -> tuple[int, str]:
    """Sorts model_10 after model_9."""
    digits = re.search(r"\d+", name)
    return int(digits.group()) if digits else -1, name


def original(look: Look) -> list[Model]:
    """Models of mi_lira_2021, by their number."""
    names = [n for n in look.folder if n.startswith("experiment") and (look.path / n).is_dir()]
    models = []
    for name in sorted(names, key=number):
        if not (look.path / name / "keep.npy").is_file():
            if any((look.path / name / k).is_dir() for k in ("scores", "logits")):
                raise InputError(f"{name}/keep.npy is missing: who was trained on is not known")
            continue  # a training that never began
        models.append(Model(look.path / name, vector(look.path / name / "keep.npy")))
    if len({m.keep.shape for m in models}) > 1:
        raise InputError(f"keep.npy of {models[0].folder.name} and of others differ in length: not one experiment")
    return models


def followed_up(look: Look) -> list[Model]:
    """Models of lira_analysis, by their number."""
    keep = as_members(read_npy(look.path / "keep_indices.npy"), "keep_indices.npy")
    if keep.ndim != 2:
        raise InputError(f"keep_indices.npy has shape {keep.shape}; it must be (models, records)")
    return [Model(look.path / f"model_{i}", row) for i, row in enumerate(keep)]


def vector(path: Path) -> np.ndarray:
    """Memberships (N,) of a file."""
    keep = as_members(read_npy(path), f"{path.parent.name}/{path.name}")
    if keep.ndim != 1:
        raise InputError(f"{path.parent.name}/{path.name} has shape {keep.shape}; it must be one entry per record")
    return keep


def labels_of(look: Look) -> np.ndarray | None:
    """y_train.npy (N,) of mi_lira_2021."""
    if "y_train.npy" not in look.folder:
        return None
    labels = read_npy(look.path / "y_train.npy")
    return labels.reshape(-1) if labels.ndim == 2 and labels.shape[1] == 1 else labels


def same_shape(models: list[Model], kind: str, shapes: list[tuple[int, ...]]) -> None:
    """Raises InputError where files of different models differ in shape."""
    for model, shape in zip(models, shapes):
        if shape != shapes[0]:
            first = models[0].folder.name
            raise InputError(
                f"{kind} of {model.folder.name} have shape {shape}, of {first} {shapes[0]}: give one experiment"
            )


def fitting(
    models: list[Model], labels: np.ndarray | None, n: int, notes: list[str]
) -> tuple[np.ndarray, np.ndarray | None]:
    """(memberships bool (M, n), labels (n,)) of the n records that were scored: the first ones, as plot.py has it."""
    longest = len(models[0].keep)
    for what, length in (("keep", longest), ("y_train.npy", n if labels is None else len(labels))):
        if length < n:
            raise InputError(f"{what} is of {length} records, and outputs are there for {n}: not one experiment")
    if longest > n:
        notes.append(f"scores are there for the first {n:,} of {longest:,} records")
    return np.stack([m.keep[:n] for m in models]), None if labels is None else labels[:n]


def of_scores(look: Look, models: list[Model], labels: np.ndarray | None, notes: list[str]) -> Found:
    """Signals: scores averaged over augmentations."""
    parts = [np.asarray(read_npy(m.last("scores")), dtype=np.float64) for m in models]  # type: ignore[arg-type]
    same_shape(models, "scores", [p.shape for p in parts])
    if parts[0].ndim not in (1, 2) or not parts[0].size:
        raise InputError(f"scores of {models[0].folder.name} have shape {parts[0].shape}, not (records, augmentations)")
    parts = [p.reshape(len(p), -1) for p in parts]
    if parts[0].shape[1] > 1:
        notes.append(f"scores of {parts[0].shape[1]} augmentations are averaged")
    members, labels = fitting(models, labels, len(parts[0]), notes)
    signals = np.stack([p.mean(axis=1) for p in parts])
    return imported(look.name, signals, members, labels=labels, notes=tuple(notes))


def of_logits(look: Look, models: list[Model], labels: np.ndarray | None, notes: list[str]) -> Found:
    """Logits as they are where there is one augmentation, read one model at a time; else their signals, averaged."""
    if labels is None:
        raise InputError(f"{look.name} holds logits, no scores and no labels: save y_train.npy beside them")
    paths = [m.last("logits") for m in models]
    shapes = [read_npy(p, large=True).shape for p in paths]  # type: ignore[arg-type]
    same_shape(models, "logits", shapes)
    if len(shapes[0]) not in (2, 3, 4) or not np.prod(shapes[0]):
        raise InputError(
            f"logits of {models[0].folder.name} have shape {shapes[0]}, not (records, 1, augmentations, classes)"
        )
    n, classes = shapes[0][0], shapes[0][-1]
    augmentations = int(np.prod(shapes[0])) // (n * classes)
    members, labels = fitting(models, labels, n, notes)
    assert labels is not None
    notes.append(f"no scores are there: {'logits' if augmentations == 1 else 'signals of logits'} are taken")
    if augmentations > 1:
        if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= classes:
            raise InputError(f"y_train.npy must hold numbers of columns of the logits, 0 to {classes - 1}")
        notes.append(f"signals of {augmentations} augmentations are averaged")
        each = np.repeat(labels, augmentations)
        signals = np.stack(
            [
                rescaled_logit(np.asarray(read_npy(p)).reshape(-1, classes), each).reshape(n, -1).mean(axis=1)  # type: ignore[arg-type]
                for p in paths
            ]
        )
        return imported(look.name, signals, members, labels=labels, notes=tuple(notes))
    usable = Usable.of(members, look.name)
    files = Files(tuple(paths[: usable.models]), usable.rows, classes)  # type: ignore[arg-type]
    arrays = {"logits": files, "members": members[: usable.models][:, usable.rows], "labels": labels[usable.rows]}
    ids = usable.ids(None, n)
    return Found(arrays | ({} if ids is None else {"ids": ids}), (*notes, *usable.notes))


def refuse_other_level(look: Look) -> None:
    """Raises InputError for the folder above or below the one that is meant."""
    if {"keep.npy"} <= set(look.folder) and {"scores", "logits"} & set(look.folder):
        raise InputError(
            f"{look.name} is one model of mi_lira_2021; give the folder of all of them: {look.path.parent}"
        )
    for name in look.folder:
        if look.inside(name).path.is_dir():
            inner = look.inside(name).folder
            if "keep_indices.npy" in inner or any(
                n.startswith("experiment") and (look.path / name / n / "keep.npy").is_file() for n in inner
            ):
                raise InputError(f"{look.name} holds LiRA folders; give one of them, as {look.path / name}")
