"""Make the golden scores that ship in the package (src/standout/attacks/golden).

    python benchmarks/make_golden.py            # make golden
    python benchmarks/make_golden.py --unreleased moderated

Refuses to replace the scores of an attack whose `version` stayed: two runs that state the same version must have the
same scores. `--unreleased NAME` (repeatable) is for an attack whose version no release carries yet.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from standout.attacks import ATTACKS
from standout.attacks.golden import HERE, difference, exposures, recomputed, tolerance
from standout.signals import rescaled_logit

SUITE = Path(__file__).parent.parent / "tests" / "golden"
MODELS, RECORDS, PUBLISHED = 16, 40, 48


def made_input() -> tuple[np.ndarray, np.ndarray]:
    """signals float64 (MODELS, RECORDS) in steps of 1/64, so that their sums are exact anywhere; members bool."""
    rng = np.random.default_rng(20251125)
    members = np.empty((MODELS, RECORDS), dtype=bool)
    members[::2] = rng.random((MODELS // 2, RECORDS)) < 0.5
    members[1::2] = ~members[::2]
    gap = rng.exponential(0.7, RECORDS)
    gap[:4] = 4, 8, 16, -3
    noise = rng.normal(size=(MODELS, RECORDS)) * rng.uniform(0.5, 1.5, RECORDS)
    signals = rng.normal(2, 1.5, RECORDS) + noise + gap * members
    signals[5, 4] += 40  # one model far off
    signals[:, 5] += 100  # certain everywhere
    signals[:, 6] -= 60  # hopeless everywhere
    signals[:, 7] = np.where(members[:, 7], 30, -30) + noise[:, 7]  # known by heart
    return np.round(signals * 64) / 64, members


def published() -> dict[str, np.ndarray]:
    """Some records of the agreement suite: those on which no source clamps anything and no side is constant."""
    suite = {}
    for name in ("logits", "golden"):
        with np.load(SUITE / f"{name}.npz", allow_pickle=False) as file:
            suite.update({key: file[key] for key in file.files})
    targets, labels = suite["targets"], suite["labels"]
    logits = suite["logits"].astype(np.float64)
    spread = logits.max(axis=2) - logits.min(axis=2)
    fine = ~suite["degenerate"] & (spread.max(axis=0) < 18)
    fine[20] = False  # ties with a population record
    rows = np.flatnonzero(fine)[:PUBLISHED]
    z = np.stack([rescaled_logit(one, suite["z_labels"]) for one in suite["z_logits"]])
    keys = [k for k in suite if k.startswith(("signal_", "lira_", "rmia_")) and suite[k].shape == (2, 600)]
    return {
        "signals": suite["signal_rescaled_logit__tf_mi_lira_2021"][:, rows],
        "members": suite["memberships"][:, rows],
        "targets": targets,
        "labels": labels[rows],
        "logits": suite["logits"][targets][:, rows],
        "population": z,
        **{k: suite[k][:, rows] for k in keys if not k.startswith("lira_both")},  # pooled over all 600 records
    }


def kept_versions(scores: dict[str, np.ndarray], unreleased: list[str]) -> list[str]:
    """Attacks whose scores moved while their version did not."""
    try:
        stored = json.loads((HERE / "golden.json").read_text(encoding="utf-8"))["attacks"]
        with np.load(HERE / "ours.npz", allow_pickle=False) as file:
            before = {name: file[name] for name in file.files}
    except FileNotFoundError:
        return []
    return [
        name
        for name, now in scores.items()
        if name in stored
        and stored[name]["version"] == ATTACKS[name].version
        and name not in unreleased
        and difference(now, before[name]) > tolerance(name)
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--unreleased", action="append", default=[], choices=list(ATTACKS), metavar="NAME")
    asked = parser.parse_args()
    signals, members = made_input()
    scores = {name: recomputed(name, signals, members) for name in ATTACKS}
    exposed = exposures(signals, members)
    moved = kept_versions(scores, asked.unreleased)
    if moved:
        print(f"scores changed and versions did not: {', '.join(moved)}; raise `version` of each", file=sys.stderr)
        return 1
    numbers = {
        "attacks": {n: {"version": ATTACKS[n].version, "golden": fingerprint(s[members])} for n, s in scores.items()},
        "exposure": {"golden": fingerprint(exposed)},
    }
    (HERE / "golden.json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    np.savez_compressed(HERE / "ours.npz", signals=signals, members=members, exposure=exposed, **scores)  # type: ignore[arg-type]
    np.savez_compressed(HERE / "published.npz", **published())  # type: ignore[arg-type]
    for file in sorted(HERE.glob("*.npz")):
        print(f"{file.name}: {file.stat().st_size / 1000:.0f} kB")
    return 0


def fingerprint(scores: np.ndarray) -> float:
    """The mean of some scores in 9 digits, as any machine computes them. Of an attack those of members are given: over
    all of them the ranks of `rmia` have one mean whatever it does."""
    return float(f"{scores.mean():.9g}")


if __name__ == "__main__":
    sys.exit(main())
