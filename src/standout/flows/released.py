"""A released model as the target of an audit: what it answers on the records, and what it was trained on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from standout.data.dataset import Dataset, check_ids, refuse_other_order
from standout.data.label_column import as_array as as_column
from standout.data.label_column import column_of
from standout.data.labels import as_text
from standout.data.npz import archive, member
from standout.data.records import Records
from standout.errors import InputError, did_you_mean, listed, one_line
from standout.flows.given import KINDS, as_array, outputs_of, refuse_unfit
from standout.flows.target import Target
from standout.recipes.boosting import counts_classes
from standout.recipes.estimators import codes_of
from standout.recipes.functions import as_array as as_numbers
from standout.recipes.scores import outputs_of as outputs_of_estimator
from standout.signals import looks_like_probabilities

EXAMPLE = "numpy.savez(path, logits=logits, members=members)"
KNOWN = (*KINDS, "members", "ids")
ALIKE = 1.0
"""Records by which a training set may differ from a half for shadows to be trained on halves, in pairs that split the
records between them."""


@dataclass(frozen=True, eq=False)
class Released:
    """kind: one of KINDS or `model`; answers: an array with a row for each record of the data set, or what is asked;
    members: bool (N,) what it was trained on, in the same order, None where not known; name: to call it by."""

    kind: str
    answers: Any
    members: np.ndarray | None
    name: str

    def fraction(self, dataset: Dataset, audited: Dataset) -> float:
        """The share of the audited records that this model was trained on: with it, shadow models train on as many.

        dataset: all records in the order of `members`. Raises InputError where it is none or all of them.
        """
        assert self.members is not None
        own = self.members[places(dataset, audited)]
        share = float(own.mean())
        if abs(share - 0.5) * len(own) <= ALIKE:
            return 0.5
        if not 0 < share < 1:
            raise InputError(
                f"the target was trained on {int(own.sum()):,} of the {len(own):,} audited records: nothing to "
                "compare; give more records to audit, or a fraction"
            )
        return share

    def target(self, records: Records, dataset: Dataset) -> Target:
        """What it answers on the audited records, checked. dataset: all records in the order of `members`."""
        data = records.data
        assert data is not None
        rows = places(dataset, data)
        kind, answers = self.kind, self.answers
        if kind == "model":
            answers = asked(answers, self.name, data)
            kind = "probabilities" if looks_like_probabilities(answers) else "logits"
        else:
            answers = answers[rows]
        refuse_unfit(kind, answers, f"{kind} of {self.name}")
        if kind != "signals" and answers.shape[1] != len(data.classes):
            raise InputError(
                f"{kind} of {self.name} have {answers.shape[1]} columns and the labels {len(data.classes)} classes "
                f"({listed(data.classes, 4)}); give a column for each, in this order"
            )
        outputs = outputs_of(kind, [answers], np.zeros((1, len(data)), dtype=bool), records)
        return Target(outputs, None if self.members is None else self.members[rows])


def places(dataset: Dataset, part: Dataset) -> np.ndarray:
    """Where the records of a part stand in the whole, int (N,)."""
    order = np.argsort(dataset.rows)
    return order[np.searchsorted(dataset.rows[order], part.rows)]


def released(target: Any, members: Any, dataset: Dataset) -> Released | None:
    """What `audit` was given as target and members, checked as far as it can be without asking the model."""
    if target is None:
        if members is not None:
            raise InputError("members says what a released model was trained on; give that model as target, too")
        return None
    if isinstance(target, (str, Path)):
        path = Path(target)
        arrays = read_target(path)
        if members is not None and "members" in arrays:
            raise InputError(f"members are given, and {path.name} holds members, too; give one of them")
        ids = arrays.get("ids")
        kind = next(k for k in KINDS if k in arrays)
        answers = as_array(kind, arrays[kind])
        if answers.ndim != (1 if kind == "signals" else 2):
            shape = "(records,)" if kind == "signals" else "(records, classes)"
            raise InputError(f"{kind} of {path.name} has shape {answers.shape}; give {shape}")
        answers = by_record(kind, answers, ids, dataset, path.name)
        known = None if members is None else given_members(members, dataset)
        if "members" in arrays:
            known = by_record("members", as_array("members", arrays["members"]), ids, dataset, path.name)
        return Released(kind, answers, mask_of(known), path.name)
    if hasattr(target, "state_dict") and hasattr(target, "eval"):
        raise InputError(
            f"target is the torch module {type(target).__name__}, and nobody knows how its inputs are made from x; "
            "give a function predict(x) that makes them, calls module.eval() and returns logits (records, classes)"
        )
    if not (callable(target) or hasattr(target, "predict_proba") or hasattr(target, "decision_function")):
        raise InputError(
            f"target is of type {type(target).__name__}; give a fitted classifier, a function predict(x) that returns "
            "logits or probabilities (records, classes), or the path of an .npz"
        )
    known = None if members is None else mask_of(given_members(members, dataset))
    return Released("model", target, known, getattr(target, "__name__", type(target).__name__))


def given_members(members: Any, dataset: Dataset) -> np.ndarray:
    """members as the user holds them, a column of yes and no in the order of the records that were given, by record.

    As objects (N,); yes and no are what Python calls equal to 1 and 0.
    """
    if hasattr(members, "detach"):  # a torch tensor may lie on a GPU
        members = members.detach().cpu().numpy()
    whole = as_column(members, "members").shape[:1] != (len(dataset),)
    refuse_other_order(dataset.x, members, "members", dataset.rows if whole else None)
    column = column_of(members, "members", dataset.given if whole else len(dataset), "true or false")
    odd = ~np.array([isinstance(v, (bool, np.bool_, int, float, np.number)) and v in (0, 1) for v in column])
    if odd.any():
        row = int(np.argmax(odd))
        raise InputError(
            f"members: row {row} (counted from 0) holds {column[row]!r}; give true or false (1 or 0) for each record, "
            "for instance numpy.isin(ids, ids_of_training)"
        )
    return column[dataset.rows] if whole else column


def read_target(path: Path) -> dict[str, np.ndarray]:
    """The arrays of an .npz with one model's outputs. Raises InputError for what it cannot be."""
    if not path.is_file():
        raise InputError(f"target {str(path)!r} is {'a folder' if path.is_dir() else 'no file'}; save one by {EXAMPLE}")
    with archive(path, EXAMPLE) as file:
        arrays = {}
        for name in file.files:
            plain = name.removeprefix("target_")
            if plain not in KNOWN or plain in arrays:
                raise InputError(
                    f"{path.name} holds {'twice' if plain in arrays else 'an unknown array'} {name!r}"
                    f"{did_you_mean(plain, KNOWN)} (known: {listed(KNOWN)})"
                )
            arrays[plain] = member(file, name, path)
    kinds = [k for k in KINDS if k in arrays]
    if len(kinds) != 1:
        what = f"{' and '.join(kinds)}: give one of them" if kinds else "no outputs: give logits (records, classes)"
        raise InputError(f"target {path.name} holds {what}; save it by {EXAMPLE}")
    return arrays


def by_record(name: str, values: np.ndarray, ids: Any, dataset: Dataset, where: str) -> np.ndarray:
    """Rows of values in the order of the records of the data set: by id, or a row for each record that was given."""
    if values.ndim < 1:
        raise InputError(f"{name} of {where} has no rows; give one per record")
    if ids is not None:
        names = check_ids(ids, None, len(values))
        place = {text: row for row, text in enumerate(names)}
        missing = [i for i in dataset.ids if i not in place]
        if missing:
            raise InputError(f"{where} has no row for {len(missing)} of the records, the first {str(missing[0])!r}")
        return values[[place[i] for i in dataset.ids]]
    if len(values) == len(dataset):
        return values
    if len(values) == dataset.given:
        return values[dataset.rows]
    raise InputError(
        f"{name} of {where} has {len(values)} rows for {len(dataset)} records; give one per record, or ids beside them"
    )


def mask_of(members: np.ndarray | None) -> np.ndarray | None:
    """members as bool (N,). Raises InputError where they are not yes or no, or leave nothing to compare."""
    if members is None:
        return None
    if members.ndim != 1 or not np.isin(members, (0, 1)).all():
        raise InputError("members of the target must be true or false (1 or 0) for each record")
    members = members.astype(bool)
    if members.all() or not members.any():
        side = "all" if members.all() else "none"
        raise InputError(
            f"the target was trained on {side} of these records, by its members: nothing to compare; add records that "
            f"it was {'not ' if members.all() else ''}trained on"
        )
    return members


def columns_of(model: Any, name: str, data: Dataset) -> list[int]:
    """Class codes of the columns of a fitted classifier; libraries that count classes count them in our order."""
    if counts_classes(model) and len(model.classes_) == len(data.classes):
        return list(range(len(data.classes)))
    unknown = {as_text(c) for c in model.classes_} - {as_text(v) for v in data.values}
    if unknown:
        raise InputError(
            f"target {name} answers class {sorted(unknown)[0]!r}, which no label here has (labels: "
            f"{listed(data.classes, 6)}); give labels as that model was trained on"
        )
    return codes_of(model.classes_, data)


def asked(model: Any, name: str, data: Dataset) -> np.ndarray:
    """What a live model answers on the records: finite logits or probabilities float (N, C)."""
    try:
        if hasattr(model, "predict_proba") or hasattr(model, "decision_function"):
            if not hasattr(model, "classes_"):
                raise InputError(f"target {name} is not fitted; give the model as it is released")
            x = data.x.reshape(len(data), -1) if isinstance(data.x, np.ndarray) else data.x
            return outputs_of_estimator(model, x, columns_of(model, name, data), len(data.classes))[0]
        answers = as_numbers(model(data.x.copy()))
    except InputError:
        raise
    except (Exception, SystemExit) as e:
        gets = f"; it gets x as {data.x.dtype} of shape {data.x.shape}" if isinstance(data.x, np.ndarray) else ""
        what = f"{type(e).__name__}: {one_line(e)}{gets}"
        raise InputError(f"target {name} failed when asked about the records: {what}") from e
    expected = (len(data), len(data.classes))
    if answers.shape != expected or answers.dtype.kind not in "fiub":
        raise InputError(f"target {name} returned {answers.dtype} of shape {answers.shape}; return numbers {expected}")
    return answers
