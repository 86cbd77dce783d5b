"""What `score` is given: arrays of a user's own models, checked before anything is made."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from standout.data.dataset import FEWEST, Dataset, add_array, check_ids, column_of, refuse_other_order
from standout.data.labels import is_blank, read_labels
from standout.data.npz import Parts, archive, member
from standout.data.peers import PEERS, Files, recognise
from standout.data.records import Records
from standout.errors import InputError, did_you_mean, listed, one_line
from standout.estimate import check_sides
from standout.flows.target import Target
from standout.shadows.given import GivenOutputs, GivenSignals
from standout.shadows.outputs import Outputs
from standout.signals import check_signals, looks_like_probabilities

KINDS = ("signals", "logits", "probabilities")


@dataclass(frozen=True, eq=False)
class Given:
    """Arrays by the names of `standout.score`, as a user gives them; None where one is not given."""

    signals: Any = None
    logits: Any = None
    probabilities: Any = None
    labels: Any = None
    members: Any = None
    x: Any = None
    ids: Any = None
    target_signals: Any = None
    target_logits: Any = None
    target_probabilities: Any = None
    target_members: Any = None


@dataclass(frozen=True, eq=False)
class Imported(Given):
    """The same from a file of another tool. notes: what was understood of it and left out, a line each."""

    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Scored:
    """The same, checked, rows in the order of `records`. kind: one of KINDS; digest: of all that is given."""

    kind: str
    records: Records
    outputs: Outputs
    target: Target | None
    digest: str
    notes: tuple[str, ...]


def read_given(path: Path) -> Given:
    """The arrays of an .npz file, or of a file or folder of another tool (`standout.data.peers`); logits and
    probabilities stay on disk until they are gone through.

    Raises InputError for a file that is none, and for names that `score` does not know.
    """
    example = "numpy.savez(path, signals=signals, members=members)"
    found = recognise(path)
    if found is not None:
        return Imported(**found.arrays, notes=found.notes)
    if path.is_dir():
        raise InputError(
            f"{str(path)!r} is a folder of no tool that is known ({listed(PEERS)}); save a file by {example}"
        )
    if not path.is_file():
        raise InputError(f"{str(path)!r} is no file; save one by {example}")
    known = [f.name for f in fields(Given)]
    with archive(path, example) as file:
        for name in file.files:
            if name not in known:
                raise InputError(
                    f"{path.name} holds an unknown array {name!r}{did_you_mean(name, known)} (known: {listed(known)})"
                )
        large = {n: Parts.of(path, n) for n in ("logits", "probabilities") if n in file.files}
        parts = {n: p for n, p in large.items() if p is not None}
        return Given(**{n: parts[n] if n in parts else member(file, n, path) for n in file.files})


def checked(given: Given, name: str) -> Scored:
    """Everything that can be wrong with it is an InputError here; nothing is trained or written."""
    kind = only(given, KINDS)
    if kind is None:
        raise InputError(
            "nothing to score: give signals (models, records), or logits or probabilities (models, records, classes)"
        )
    if given.members is None:
        raise InputError("members is missing: give who was trained on, true or false, shape (models, records)")
    stack = as_array(kind, getattr(given, kind))
    axes = "(models, records)" if kind == "signals" else "(models, records, classes)"
    if len(stack.shape) != (2 if kind == "signals" else 3):
        raise InputError(f"{kind} has shape {stack.shape}; give {axes}")
    models, n = stack.shape[:2]
    members = as_array("members", given.members)
    if members.shape != (models, n):
        raise InputError(f"members has shape {members.shape} for {kind} of shape {stack.shape}; give ({models}, {n})")
    signals = stack if isinstance(stack, np.ndarray) and kind == "signals" else np.broadcast_to(0.0, (models, n))
    members = check_signals(signals, members)[1]
    check_sides(members)
    for side, count in (("all", members.all(axis=1)), ("none", ~members.any(axis=1))):
        if count.any():
            raise InputError(f"model {int(np.argmax(count))} was trained on {side} of the records: nothing to compare")
    columns = None if kind == "signals" else stack.shape[2]
    records, rows, notes = records_of(given, n, columns, name)
    members = np.ascontiguousarray(members[:, rows])

    sha = hashlib.sha256(kind.encode())
    for part in (members, records.ids, records.y, np.array(records.classes)):
        if part is not None:
            add_array(sha, part)
    if records.data is not None:
        sha.update(records.data.digest().encode())
    outputs = outputs_of(kind, blocks(kind, stack, rows, sha), members, records)
    target = target_of(given, kind, stack.shape, rows, records, sha)
    told = given.notes if isinstance(given, Imported) else ()
    return Scored(kind, records, outputs, target, sha.hexdigest(), (*told, *notes))


def only(given: Given, names: tuple[str, ...]) -> str | None:
    """The one of these names that is given, None for none."""
    found = [n for n in names if getattr(given, n) is not None]
    if len(found) > 1:
        raise InputError(f"{' and '.join(found)} are given; give one of them")
    return found[0] if found else None


def as_array(name: str, values) -> Any:
    """Anything like an array as one of numbers; Parts and Files stay as they are."""
    if isinstance(values, (Parts, Files)):
        return values
    if hasattr(values, "detach"):  # a torch tensor may hold a gradient, or lie on a GPU
        values = values.detach().cpu()
    try:
        array = np.asarray(values)
    except (ValueError, TypeError) as e:
        raise InputError(f"{name} is not an array: {one_line(e)}") from e
    if array.dtype.kind not in "fiub":
        raise InputError(f"{name} must be numbers; it has dtype {array.dtype}")
    return array


def records_of(given: Given, n: int, columns: int | None, name: str) -> tuple[Records, np.ndarray, tuple[str, ...]]:
    """(records by id, int (K,) which rows of the arrays they are, notes). columns: how many classes outputs have."""
    if given.labels is None and (columns is not None or given.x is not None):
        what = "logits and probabilities" if columns is not None else "x"
        raise InputError(f"labels is missing: {what} cannot be used without; give the class of each record, ({n},)")
    per_record("x", given.x, n)
    refuse_other_order(given.x, given.labels, "labels")
    ids = check_ids(per_record("ids", given.ids, n), given.x, n)
    codes, classes, notes = np.zeros(n, dtype=np.int64), (), ()
    if given.labels is not None:
        labels = column_of(per_record("labels", given.labels, n), "labels", n, "a label")
        codes, classes, notes = codes_of(labels, columns)
    kept = np.flatnonzero(codes >= 0)
    if len(kept) < FEWEST:
        raise InputError(f"{len(kept)} records; an audit needs at least {FEWEST}")
    rows = kept[np.argsort(ids[kept], kind="stable")]
    place = np.argsort(np.argsort(rows))  # among those that are kept
    y = codes[rows] if given.labels is not None else None
    records = Records(ids[rows], y, classes, place, name, None)
    if given.x is None or y is None:
        return records, rows, notes
    data = Dataset(given.x, np.array([*classes, ""])[codes], ids, name=name).take(place)
    data = replace(data, y=y, classes=classes, values=np.array(classes))
    return replace(records, data=data), rows, notes


def per_record(name: str, values, n: int) -> Any:
    """The same, where it holds one entry (or row, for x) per record."""
    if values is None:
        return None
    try:
        shape = np.shape(values)
    except ValueError as e:
        raise InputError(f"{name} is not an array: {one_line(e)}") from e
    if len(shape) < 1 or shape[0] != n or (len(shape) > 1 and name != "x"):
        raise InputError(f"{name} has shape {shape}; give one entry per record, ({n},{' ...' if name == 'x' else ''})")
    return values


def codes_of(labels: np.ndarray, columns: int | None) -> tuple[np.ndarray, tuple[str, ...], tuple[str, ...]]:
    """Codes int64 (N,), -1 without label, class names and notes, of labels (N,) of any kind.

    Where outputs have columns, whole numbers are taken as the numbers of columns, from 0, and text as their names in
    the order that an audit gives them: sorted, as numbers where all are numbers.
    """
    gone = is_blank(labels)
    whole = [isinstance(v, (int, float, np.number, np.bool_)) and float(v).is_integer() for v in labels[~gone]]
    if columns is None or not whole or not all(whole):
        codes, classes, _, notes = read_labels(labels)
        if columns is not None and len(classes) != columns:
            raise InputError(
                f"labels name {len(classes)} classes and the outputs have {columns} columns; give labels as numbers of "
                f"columns, 0 to {columns - 1}"
            )
        return codes, classes, tuple(notes)
    codes = np.array([-1 if g else int(v) for v, g in zip(labels, gone)], dtype=np.int64)
    off = ~gone & ((codes < 0) | (codes >= columns))
    if off.any():
        row = int(np.argmax(off))
        raise InputError(
            f"label {codes[row]} of row {row} (counted from 0) is no column of the outputs, which are numbered 0 to "
            f"{columns - 1}"
        )
    notes = (f"{int(gone.sum())} of {len(labels)} records have no label and are left out",) if gone.any() else ()
    return codes, tuple(str(c) for c in range(columns)), notes


def outputs_of(kind: str, parts: Iterable[np.ndarray], members: np.ndarray, records: Records) -> Outputs:
    """Outputs of models whose checked (N,) or (N, C) parts come one after the other."""
    with np.errstate(over="ignore"):  # looked for below
        if kind == "signals":
            signals = np.stack([p.astype(np.float32) for p in parts])
            outputs = GivenSignals(signals, members, len(records.classes) or None)
        else:
            assert records.y is not None
            outputs = GivenOutputs.of(parts, members, records.y, probabilities=kind == "probabilities")
    if not np.isfinite(outputs.signal("rescaled-logit")).all():  # type: ignore[arg-type]
        raise InputError(f"{kind} hold numbers beyond 1e38, which are no outputs of a model; look where they come from")
    return outputs


def blocks(kind: str, stack: Iterable[np.ndarray], rows: np.ndarray, sha, what: str = "") -> Iterator[np.ndarray]:
    """Outputs of each model on these rows, checked and added to a digest, never more than one model at a time."""
    for model, part in enumerate(stack):
        where = what or f"{kind} of model {model}"
        refuse_unfit(kind, np.asarray(part), where)
        own = np.ascontiguousarray(part[rows])
        add_array(sha, own.astype(own.dtype.newbyteorder("="), copy=False))
        yield own


def refuse_unfit(kind: str, part: np.ndarray, where: str) -> None:
    """Raises InputError where outputs (N,) or (N, C) of one model are not what they are called."""
    if kind != "signals" and part.shape[1] < 2:
        raise InputError(f"{where} have {part.shape[1]} column; give one per class, at least 2")
    bad = ~np.isfinite(part)
    if bad.any():
        row = int(np.argwhere(bad)[0][0])
        mend = {
            "signals": "rescaled logits are log p_y - log(1 - p_y): smooth probabilities of 0 and 1 first",
            "logits": "give probabilities where a model gives 0",
            "probabilities": "leave out the models or records that failed",
        }[kind]
        raise InputError(f"{where}: {int(bad.sum())} are not finite, the first at record {row}; {mend}")
    if kind == "logits" and looks_like_probabilities(part):
        raise InputError(f"{where} are never below 0 and sum to 1, as probabilities do; give them as probabilities")
    if kind == "probabilities" and not looks_like_probabilities(part):
        sums = part.sum(axis=1, dtype=np.float64)
        row = int(np.argmax((part < 0).any(axis=1) | (np.abs(sums - 1) >= 1e-3)))
        raise InputError(
            f"{where} must lie in 0 to 1 and sum to 1; record {row} has {listed(part[row], 4)}, in all "
            f"{sums[row]:.4g}; logits go by the name logits"
        )


def target_of(
    given: Given, kind: str, shape: tuple[int, ...], rows: np.ndarray, records: Records, sha
) -> Target | None:
    """The target's own outputs, which must be of the kind of its references'."""
    name = only(given, tuple(f"target_{k}" for k in KINDS))
    if name is None:
        if given.target_members is not None:
            raise InputError(f"target_members is given and no target; give target_{kind} of shape {shape[1:]}")
        return None
    if name != f"target_{kind}":
        raise InputError(f"{name} cannot be compared with references given as {kind}; give target_{kind}")
    own = as_array(name, getattr(given, name))
    if own.shape != shape[1:]:
        raise InputError(f"{name} has shape {own.shape} for references of shape {shape}; give {shape[1:]}")
    sha.update(b"target")
    outputs = outputs_of(kind, blocks(kind, own[None], rows, sha, name), np.zeros((1, len(rows)), dtype=bool), records)
    if given.target_members is None:
        return Target(outputs, None)
    members = as_array("target_members", per_record("target_members", given.target_members, shape[1]))
    if not np.isin(members, (0, 1)).all():
        raise InputError("target_members must be true or false (1 or 0) for each record")
    members = members.astype(bool)[rows]
    add_array(sha, members)
    return Target(outputs, members)
