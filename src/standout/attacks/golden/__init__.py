"""Golden scores: what every attack gives on one small shipped input, to compare an installation, or two runs.

`golden.json`: version and fingerprint of each attack; `ours.npz`: the input and the scores; `published.npz`: numbers
from other people's published code. `make golden` writes all three; README.md says where they come from.
"""

import json
from functools import cache
from pathlib import Path

import numpy as np

from standout.attacks import ATTACKS, attack_scores

HERE = Path(__file__).parent
CLOSED, FITTED = 1e-12, 1e-6
"""Largest difference over max(1, |score|): of scores in closed form, and of those that rest on a fitted prior."""


@cache
def table() -> dict:
    """golden.json: {"attacks": {name: {"version": int, "golden": float}}, "exposure": {"golden": float}}."""
    return json.loads((HERE / "golden.json").read_text(encoding="utf-8"))


def arrays(name: str) -> dict[str, np.ndarray]:
    """All arrays of `ours` or `published`."""
    with np.load(HERE / f"{name}.npz", allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


def fingerprints(names) -> dict[str, float | None]:
    """The mean golden score that each attack gives members, as shipped; None for an attack that has none yet."""
    stored = table()["attacks"]
    return {name: stored[name]["golden"] if name in stored else None for name in names}


def tolerance(name: str) -> float:
    """How far scores of an attack may lie from the golden ones, over max(1, |score|)."""
    return FITTED if ATTACKS[name].learn else CLOSED


def recomputed(name: str, signals: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Scores float64 (M, N) of an attack on the shipped input: signals (M, N), members bool (M, N)."""
    return attack_scores(name, signals, members)


def difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest |ours - theirs| / max(1, |theirs|), inf where one is not finite; arrays of one shape."""
    if ours.shape != theirs.shape or not np.isfinite(ours).all():
        return float("inf")
    return float((np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))).max())


def exposures(signals: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Exposure, both ends of its interval and doubt, float64 (4, N), on the shipped input."""
    from standout.estimate import exposure

    return exposure(signals, members)[["exposure", "exposure_lo", "exposure_hi", "doubt"]].to_numpy(dtype=float).T
