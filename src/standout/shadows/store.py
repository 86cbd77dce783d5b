"""One immutable file per trained model, and a reader that never holds more than one signal of all models."""

import io
import zipfile
import zlib
from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import Self

import numpy as np

from standout.errors import InputError, one_line
from standout.every_signal import all_signals
from standout.recipes.recipe import Trained
from standout.recipes.traces import Trace
from standout.run.folder import RunFolder
from standout.signals import SIGNALS, log_softmax

BUDGET = 2_000_000_000
"""Bytes that the log-probabilities of all models may take; stacks beyond keep sums over their models."""
KEEPS = ("log-probabilities", "sums")
STEPS, MOST = 511, 128
"""Units of a probability in a sum, and models of a sum at most: 128 x 511 is within two bytes."""
PICTURED = 4
"""The first two pairs also keep weights and penultimate features."""
RECOVERED = "recovered_"
"""Arrays of answers that an attacker recovers from those of a defended model begin so: as large once more."""
TRACED = 2
"""The first pair is traced while it trains, where its recipe can: at a fraction of one half each record is in one of
the two. Four models would cost 2.2 % of the training of 64 (benchmarks/bench_traces.py)."""


def name_of(model: int) -> str:
    """File name of a model, within the run folder."""
    return f"shadows/{model:05d}.npz"


def finished(folder: RunFolder, key: str, seeds: list[int], members: np.ndarray) -> set[int]:
    """Numbers of the stored models among those of the plan: seeds of M models, members bool (M, N).

    Raises InputError where a file is damaged, or is of another audit, another seed or other members.
    """
    stored = {m for m in range(len(seeds)) if (folder.path / name_of(m)).exists()}
    for model in sorted(stored):
        refuse_other(folder.path / name_of(model), key, seeds[model], members[model])
    return stored


def refuse_other(path: Path, key: str, seed: int, members: np.ndarray) -> None:
    """Raises InputError where a model's file is not of this cache key and seed, or not of these members bool (N,)."""
    there = read_arrays(path, ("key", "seed", "members"))
    ours = {"key": np.array(key), "seed": np.array(seed), "members": np.packbits(members)}
    for name, says in (
        ("key", "is of another audit"),
        ("seed", "is of another audit"),
        ("members", "was trained on other records than this audit asks for"),
    ):
        if name not in there or not np.array_equal(there[name], ours[name]):
            raise InputError(f"{path} {says}; delete it and run again")


def read_arrays(path: Path, names: Sequence[str]) -> dict[str, np.ndarray]:
    """Those of the named arrays that a model's file holds. Raises InputError where it is damaged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in names if name in file.files}
    except (OSError, ValueError, AttributeError, zipfile.BadZipFile, zlib.error, EOFError) as e:
        raise InputError(f"{path} is damaged ({one_line(e)}); delete it and run again to train that model anew") from e


class StackSums:
    """Running IN and OUT sums of probabilities over the last models of a stack, at most MOST, then they begin anew.

    sums: uint16 (2, N, C), in units of 1 / STEPS; models: how many they are. Whole numbers add up to the same whatever
    the stacks (`in_units`).
    """

    def __init__(self):
        self.sums: np.ndarray | None = None
        self.models = 0

    def add(self, trained: Trained, members: np.ndarray, seed: int) -> None:
        units = in_units(np.exp(log_softmax(trained.logits)), seed)
        if self.sums is None or self.models == MOST:
            self.sums, self.models = np.zeros((2, *units.shape), dtype=np.uint16), 0
        self.sums[0] += units * members[:, None]
        self.sums[1] += units * ~members[:, None]
        self.models += 1


def in_units(p: np.ndarray, seed: int) -> np.ndarray:
    """Probabilities (N, C) in whole units of 1 / STEPS, uint16 (N, C), STEPS in all for each record, each less than one
    unit off and right on average: means of many models keep what is smaller than a unit.

    Systematic rounding: the sum over classes is read at steps of one unit that begin where the model's seed says.
    """
    total = np.minimum(np.cumsum(p, axis=1, dtype=np.float64), 1.0)
    total[:, -1] = 1.0
    marks = np.floor(total * STEPS + np.random.default_rng([seed, 2]).random((len(p), 1)))
    return np.diff(marks, axis=1, prepend=0).astype(np.uint16)


def write_model(
    folder: RunFolder,
    model: int,
    members: np.ndarray,
    trained: Trained,
    labels: np.ndarray,
    *,
    key: str,
    seed: int,
    sums: StackSums | None = None,
    last: bool = True,
) -> None:
    """Store model number `model` of the audit with this cache key, trained from this seed.

    sums: of its stack up to and with this model, where the stack keeps sums instead of log-probabilities. They are
    written wherever an audit may end, which is after a pair, and with the `last` model of the stack; in two bytes, so
    that no model takes more than its log-probabilities would.
    """
    log_p = np.empty(trained.logits.shape, dtype=np.float16) if sums is None else None
    arrays: dict[str, np.ndarray] = {
        "key": np.array(key),
        "seed": np.array(seed, dtype=np.int64),
        "members": np.packbits(members),
        "signals": all_signals(trained.logits, labels, log_p).astype(np.float32),
    }
    if sums is None:
        assert log_p is not None
        arrays["log_probabilities"] = log_p
    elif sums.sums is not None and (last or model % 2 or sums.models == MOST):
        arrays["stack_sums"] = sums.sums
        arrays["stack_models"] = np.array(sums.models)
    if trained.rounded:
        arrays["rounded"] = np.array(True)
    if trained.parameters is not None:
        arrays["parameters"] = np.array(trained.parameters)
    if trained.note:
        arrays["note"] = np.array(trained.note)
    if model < PICTURED and trained.weights:
        import safetensors.numpy

        arrays["weights_safetensors"] = np.frombuffer(safetensors.numpy.save(trained.weights), dtype=np.uint8)
    if model < PICTURED and trained.features is not None:
        arrays["features"] = trained.features.astype(np.float16)
    if trained.said is not None:
        arrays["changed"] = np.array(changed(trained.logits, trained.said))
    if trained.recovered is not None:
        recovered_p = None if log_p is None else np.empty_like(log_p)
        arrays[RECOVERED + "signals"] = all_signals(trained.recovered, labels, recovered_p).astype(np.float32)
        if recovered_p is not None:
            arrays[RECOVERED + "log_probabilities"] = recovered_p
    if trained.trace is not None:
        arrays |= {f"trace_{name}": values for name, values in as_arrays(trained.trace).items()}
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    folder.write(name_of(model), buffer.getvalue())


def changed(logits: np.ndarray, said: np.ndarray) -> int:
    """Of how many records the class that is answered, by logits (N, C), is another than was said, int (N,); where
    several share the largest logit, any of them is answered."""
    return int((logits[np.arange(len(said)), said] < logits.max(axis=1)).sum())


def as_arrays(trace: Trace) -> dict[str, np.ndarray]:
    """A trace as a model's file holds it."""
    right = np.packbits(trace.right, axis=1)
    return {"epochs": trace.epochs, "losses": trace.losses, "right": right, "early": trace.early}


def as_stored(log_p: np.ndarray) -> np.ndarray:
    """Log-probabilities of any shape in half precision, finite."""
    return np.maximum(log_p, np.finfo(np.float16).min).astype(np.float16)


class Shadows:
    """The first stored models of a run, records in the order in which they were trained (by id).

    key: the cache key of the run. seeds: of its `count` models. members: bool (count, N). Raises InputError where a
    file is damaged or is of another audit.
    """

    version = ""
    """Which answers are read: "" for those published, RECOVERED for those that an attacker makes of them."""

    def __init__(self, folder: RunFolder, key: str, seeds: list[int], members: np.ndarray):
        self.folder, self.members = folder, members
        self.count, self.records = members.shape
        for model in range(self.count):
            refuse_other(folder.path / name_of(model), key, seeds[model], members[model])

    def _read(self, model: int, name: str) -> np.ndarray | None:
        return read_arrays(self.folder.path / name_of(model), [name]).get(name)

    def signal(self, name: str) -> np.ndarray:
        """One signal of all models, float32 (M, N)."""
        row = SIGNALS.index(name)
        out = np.empty((self.count, self.records), dtype=np.float32)
        for m in range(self.count):
            stored = self._read(m, self.version + "signals")
            assert stored is not None
            out[m] = stored[row]
        return out

    def signals(self, model: int) -> dict[str, np.ndarray]:
        """All signals of one model by name, float32 (N,) each."""
        stored = self._read(model, self.version + "signals")
        assert stored is not None
        return dict(zip(SIGNALS, stored))

    def recovered(self) -> Self | None:
        """The same models by the answers that an attacker recovers from those published; None where he cannot."""
        if self._read(0, RECOVERED + "signals") is None:
            return None
        other = copy(self)
        other.version = RECOVERED
        return other

    def changed(self) -> float | None:
        """Share of all answers whose class a defence of answers changes; None where there is no such defence."""
        counts = [int(n) for m in range(self.count) if (n := self._read(m, "changed")) is not None]
        return sum(counts) / (self.count * self.records) if counts else None

    def log_probabilities(self, model: int) -> np.ndarray | None:
        """Those of one model, float16 (N, C); None where its stack kept sums instead."""
        return self._read(model, self.version + "log_probabilities")

    def parameters(self) -> int | None:
        """Parameters of a model, where it has any."""
        number = self._read(0, "parameters")
        return None if number is None else int(number)

    def rounded(self) -> bool:
        """Whether any model gave a probability of 0."""
        return any(self._read(m, "rounded") is not None for m in range(self.count))

    def margins(self, labels: np.ndarray) -> np.ndarray | None:
        """log p of the label less the largest of the others, float32 (M, N), from log-probabilities; labels int (N,).
        None where a stack kept sums instead."""
        out, rows = np.empty((self.count, self.records), dtype=np.float32), np.arange(self.records)
        for m in range(self.count):
            stored = self.log_probabilities(m)
            if stored is None:
                return None
            log_p = stored.astype(np.float32)
            own = log_p[rows, labels]
            log_p[rows, labels] = -np.inf
            out[m] = own - log_p.max(axis=1)
        return out

    def kept(self, name: str) -> dict[int, np.ndarray]:
        """By-products that the first models keep, as `Outputs`."""
        found = {m: self._read(m, name) for m in range(min(self.count, PICTURED))}
        return {m: array for m, array in found.items() if array is not None}

    def notes(self) -> list[str]:
        """What models had to say of themselves, each line once, with how many models said it."""
        lines: dict[str, int] = {}
        for m in range(self.count):
            note = self._read(m, "note")
            if note is not None:
                lines[str(note)] = lines.get(str(note), 0) + 1
        return [f"{line} ({n} of {self.count} models)" for line, n in lines.items()]

    def mean_probabilities(self, classes: int) -> tuple[np.ndarray, np.ndarray]:
        """Mean IN and mean OUT probabilities, float64 (N, C) each."""
        sums, units = np.zeros((2, self.records, classes)), np.zeros((2, self.records, classes), dtype=np.uint32)
        m = self.count
        while m > 0:  # from the last model down: its running sums stand for all models of its stack before it
            path = self.folder.path / name_of(m - 1)
            stored = read_arrays(path, ("log_probabilities", "stack_sums", "stack_models"))
            if "log_probabilities" in stored:
                p = np.exp(stored["log_probabilities"].astype(np.float32))
                sums[0] += p * self.members[m - 1][:, None]
                sums[1] += p * ~self.members[m - 1][:, None]
                m -= 1
            elif "stack_sums" in stored:
                units += stored["stack_sums"]
                m -= int(stored["stack_models"])
            else:
                raise InputError(f"{path} lacks its class probabilities; delete it and run again")
        sums += units / STEPS  # once: whole numbers add up exactly, fractions do not
        totals = sums.sum(axis=2, keepdims=True)
        sums /= np.where(totals > 0, totals, 1)
        return sums[0], sums[1]
