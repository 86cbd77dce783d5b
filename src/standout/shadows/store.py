"""One immutable file per trained model, and a reader that never holds more than one signal of all models."""

import io
import zipfile
from pathlib import Path

import numpy as np

from standout.errors import InputError
from standout.recipes.recipe import Trained
from standout.run.folder import RunFolder
from standout.signals import SIGNALS, all_signals, log_softmax

BUDGET = 2_000_000_000
"""Bytes that the log-probabilities of all models may take; beyond, each stack keeps sums over its models."""
PICTURED = 4
"""The first two pairs also keep weights and penultimate features."""


def name_of(model: int) -> str:
    """File name of a model, within the run folder."""
    return f"shadows/{model:05d}.npz"


def finished(folder: RunFolder) -> set[int]:
    """Numbers of the models that are stored."""
    return {int(p.stem) for p in folder.shadows.glob("*.npz") if p.stem.isdigit()}


class StackSums:
    """IN and OUT sums of probabilities (2, N, C) over the models of one stack."""

    def __init__(self):
        self.sums: np.ndarray | None = None

    def add(self, log_p: np.ndarray, members: np.ndarray) -> None:
        p = np.exp(log_p)
        if self.sums is None:
            self.sums = np.zeros((2, *p.shape))
        self.sums[0] += p * members[:, None]
        self.sums[1] += p * ~members[:, None]


def write_model(
    folder: RunFolder,
    model: int,
    members: np.ndarray,
    trained: Trained,
    labels: np.ndarray,
    *,
    keep: str,
    sums: StackSums | None,
    last: bool,
    skip: bool = False,
) -> None:
    """Store model number `model`; `skip` where its file stands already and only the sums need it."""
    log_p = log_softmax(trained.logits)
    if sums is not None:
        sums.add(log_p, members)
    if skip:
        return
    arrays: dict[str, np.ndarray] = {
        "members": np.packbits(members),
        "signals": all_signals(trained.logits, labels).astype(np.float32),
    }
    if keep == "log-probabilities":
        arrays["log_probabilities"] = np.maximum(log_p, np.finfo(np.float16).min).astype(np.float16)
    elif last and sums is not None and sums.sums is not None:
        arrays["stack_sums"] = sums.sums.astype(np.float32)
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
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    folder.write(name_of(model), buffer.getvalue())


class Shadows:
    """The first `count` stored models of a run, records in the order in which they were trained (by id)."""

    def __init__(self, folder: RunFolder, count: int, records: int):
        self.folder, self.count, self.records = folder, count, records
        self.members = np.stack([self._members(m) for m in range(count)])

    def _read(self, model: int, name: str) -> np.ndarray | None:
        path: Path = self.folder.path / name_of(model)
        try:
            with np.load(path, allow_pickle=False) as file:
                return file[name] if name in file.files else None
        except (OSError, ValueError, zipfile.BadZipFile, EOFError) as e:
            raise InputError(f"{path} is damaged ({e}); delete it and run again to train that model anew") from e

    def _members(self, model: int) -> np.ndarray:
        bits = self._read(model, "members")
        if bits is None or len(bits) != -(-self.records // 8):
            raise InputError(f"{self.folder.path / name_of(model)} is of another audit; delete it and run again")
        return np.unpackbits(bits, count=self.records).astype(bool)

    def refuse_others(self, members: np.ndarray) -> None:
        """Raises InputError where a stored model was trained on other records than members bool (count, N) say."""
        other = (self.members != members).any(axis=1)
        if other.any():
            path = self.folder.path / name_of(int(np.argmax(other)))
            raise InputError(f"{path} was trained on other records than this audit asks for; delete it and run again")

    def signal(self, name: str) -> np.ndarray:
        """One signal of all models, float32 (M, N)."""
        row = SIGNALS.index(name)
        out = np.empty((self.count, self.records), dtype=np.float32)
        for m in range(self.count):
            stored = self._read(m, "signals")
            assert stored is not None
            out[m] = stored[row]
        return out

    def parameters(self) -> int | None:
        """Parameters of a model, where it has any."""
        number = self._read(0, "parameters")
        return None if number is None else int(number)

    def rounded(self) -> bool:
        """Whether any model gave a probability of 0."""
        return any(self._read(m, "rounded") is not None for m in range(self.count))

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
        sums = np.zeros((2, self.records, classes))
        for m in range(self.count):
            log_p = self._read(m, "log_probabilities")
            if log_p is not None:
                p = np.exp(log_p.astype(np.float32))
                sums[0] += p * self.members[m][:, None]
                sums[1] += p * ~self.members[m][:, None]
            elif (stack := self._read(m, "stack_sums")) is not None:
                sums += stack
        totals = sums.sum(axis=2, keepdims=True)
        sums /= np.where(totals > 0, totals, 1)
        return sums[0], sums[1]
