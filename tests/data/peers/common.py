"""What the tests of other tools' files share."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

import standout
from standout.errors import InputError
from standout.flows.given import Imported, read_given
from standout.flows.score import score_given

M, N, C = 8, 60, 3
RNG = np.random.default_rng(7)
KEEP = RNG.random((M, N)).argsort(axis=0) < M // 2  # as mi_lira_2021 draws: each record in half of the models
LABELS = RNG.integers(0, C, N)
LOGITS = RNG.normal(size=(M, N, 1, C)) + 4 * KEEP[:, :, None, None] * np.eye(C)[LABELS][None, :, None, :]
P = expit(RNG.normal(1, 1, (M, N)) + 2 * KEEP)


def figures(run: standout.Run) -> tuple:
    """What a run says, without times and notes."""
    keep = {k: v for k, v in run.summary.items() if k not in ("seconds", "warnings", "key")}
    return json.dumps(keep, sort_keys=True), run.records.to_csv()


def scored(path: Path) -> standout.Run:
    """What the command line does with a path."""
    return score_given(
        read_given(path), fpr=1e-3, exposed_above=0.1, attacks=None, name="data", out=None, origin=(str(path),)
    )


def line(path: Path) -> str:
    """The one line of a refusal."""
    with pytest.raises(InputError) as refusal:
        read_given(path)
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def imported(path: Path) -> Imported:
    """What is read of a path that is another tool's."""
    given = read_given(path)
    assert isinstance(given, Imported)
    return given


def said(path: Path) -> str:
    """Its notes in one text."""
    return "; ".join(imported(path).notes)


def as_json(path: Path, content) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content))
    return path
