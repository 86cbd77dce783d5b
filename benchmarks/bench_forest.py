"""A forest's audit on two cores: standout against SACRO-ML's LiRA, the same forest, records and number of shadows.

    sh benchmarks/peers.sh                            # once: SACRO-ML in an environment of its own
    python benchmarks/bench_forest.py [--models 64] [--records 20000] [--trees 100] [--attacks lira] [--quick]

Each side is one process, timed from outside with imports, the reading of the data, and one target forest that is
trained on the first half of the records and attacked. What SACRO-ML 2.0.1 does (`attacks/likelihood_attack.py`,
`attacks/utils.py`): shadows are trained one after another, each on as many records as the target has, drawn from all;
each is pickled with its records; then each is read again and asked for all records once; logits are gathered record by
record, and each record gets two normal densities and a test of normality. Mode `online-carlini` is LiRA with IN and
OUT; `offline`, its default, costs the same. No report is written.

Standout trains as many forests on halves of the records, in pairs, asks each for all records, and stores its answers,
not the forest. Its time is that of a whole audit: nine attacks, exposure of each record with its guard, causes and
report (`--attacks lira` for that one alone). The differences favour SACRO-ML.

A forest can use two cores by itself (`n_jobs=2`): the second row of SACRO-ML gives it that.

Results are held equal where the AUC of the two LiRAs on the target, which is the same to the last bit, differs by at
most TOLERANCE: the shadows' records are drawn differently. Both clip probabilities at 1e-16 there.
"""

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np

from measured import Measured, measure

TOLERANCE = 0.01
WANTED = 1.8
CLIP = 1e-16


def make(path: Path, records: int) -> None:
    """An .npz with x float32 (records, 50) and y int (records,), members the first half."""
    from sklearn.datasets import make_classification

    x, y = make_classification(
        records, n_features=50, n_informative=12, n_classes=4, class_sep=0.8, flip_y=0.03, random_state=25
    )
    np.savez(path, x=x.astype(np.float32), y=y)


def forest(asked: argparse.Namespace):
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=asked.trees, n_jobs=asked.own_jobs or None)


def target(asked: argparse.Namespace, x: np.ndarray, y: np.ndarray):
    """The forest under attack, trained on the first half."""
    half = len(y) // 2
    return forest(asked).set_params(random_state=1).fit(x[:half], y[:half])


def sacroml(asked: argparse.Namespace, x: np.ndarray, y: np.ndarray, folder: Path) -> dict:
    """LiRA by SACRO-ML; runs in its environment."""
    from sacroml.attacks.likelihood_attack import LIRAAttack  # pyright: ignore[reportMissingImports]
    from sacroml.attacks.target import Target  # pyright: ignore[reportMissingImports]

    half = len(y) // 2
    under = Target(model=target(asked, x, y), X_train=x[:half], y_train=y[:half], X_test=x[half:], y_test=y[half:])
    attack = LIRAAttack(
        output_dir=str(folder / "sacroml"), write_report=False, n_shadow_models=asked.models, mode="online-carlini"
    )
    attack.attack(under)
    return {"auc": float(attack.attack_metrics[0]["AUC"]), "target": digest(under.model.predict_proba(x))}


def ours(asked: argparse.Namespace, x: np.ndarray, y: np.ndarray, folder: Path) -> dict:
    """An audit by standout, and its shadows set against the same target."""
    import standout
    from standout.attacks import ATTACKS
    from standout.attacks.newcomer import scores_of_newcomer
    from standout.measure.roc import Roc
    from standout.signals import log_probabilities, rescaled_logit, smooth

    ids = [f"{i:08d}" for i in range(len(y))]  # stored in id order, which is this order
    run = standout.audit(
        x, y, model=forest(asked), shadows=asked.models, jobs=2, ids=ids, out=folder / "run", attacks=asked.attacks
    )  # fmt: skip
    signals, members = [], []
    for path in sorted((folder / "run" / "shadows").glob("*.npz")):
        with np.load(path) as file:
            signals.append(file["signals"][0])
            members.append(np.unpackbits(file["members"], count=len(y)).astype(bool))
    probabilities = target(asked, x, y).predict_proba(x)
    own = rescaled_logit(log_probabilities(probabilities), y)
    inside = np.arange(len(y)) < len(y) // 2
    s, m = smooth(np.stack(signals), CLIP), np.stack(members)
    scores = scores_of_newcomer(ATTACKS["lira"], smooth(own, CLIP), s, m)
    return {
        "auc": Roc.of(scores, inside).auc(),
        "target": digest(probabilities),
        "seconds": run.summary["seconds"],
    }


def digest(array: np.ndarray) -> str:
    import hashlib

    return hashlib.sha256(np.ascontiguousarray(array, dtype=np.float64).tobytes()).hexdigest()


SIDES = {"standout": ours, "sacroml": sacroml}


def timed(python: Path | str, side: str, asked: argparse.Namespace, own_jobs: int, data: Path) -> tuple[Measured, dict]:
    """What one side took, and what it says."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "told.json")
        command = [python, __file__, "--side", side, "--data", data, "--told", told, "--own-jobs", str(own_jobs)]
        command += ["--models", str(asked.models), "--trees", str(asked.trees)]
        command += ["--attacks", asked.attacks] if asked.attacks else []
        took = measure(command)
        return took, json.loads(told.read_text(encoding="utf-8"))


def compare(asked: argparse.Namespace) -> int:
    """Print the table; returns the exit code."""
    peer = asked.peers / "sacroml" / "bin" / "python"
    rows = [("standout", sys.executable, "standout", 0)]
    if peer.exists():
        rows += [("SACRO-ML", peer, "sacroml", 0), ("SACRO-ML, n_jobs=2", peer, "sacroml", 2)]
    took: dict[str, list[Measured]] = {}
    says: dict[str, dict] = {}
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "data.npz")
        make(data, asked.records)
        for _ in range(asked.repeats):
            for name, python, side, own_jobs in rows:
                seen, says[name] = timed(python, side, asked, own_jobs, data)
                took.setdefault(name, []).append(seen)
    median = {name: statistics.median(seen.seconds for seen in each) for name, each in took.items()}
    print(f"{asked.models} forests of {asked.trees} trees, {asked.records:,} x 50 records, two cores\n")
    print("| | seconds | CPU seconds | standout is faster by | AUC of LiRA on the target |\n|---|---|---|---|---|")
    for name, seconds in median.items():
        cpu = statistics.median(seen.cpu for seen in took[name])
        print(f"| {name} | {seconds:.1f} | {cpu:.1f} | {seconds / median['standout']:.2f} | {says[name]['auc']:.4f} |")
    stages = says["standout"]["seconds"]
    print("\nstandout: " + ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in stages.items()))
    if not peer.exists():
        print(f"\nSACRO-ML is not there ({peer}), so nothing was compared: sh benchmarks/peers.sh {asked.peers}")
        return 0
    ratio, apart = median["SACRO-ML"] / median["standout"], abs(says["SACRO-ML"]["auc"] - says["standout"]["auc"])
    same = says["SACRO-ML"]["target"] == says["standout"]["target"]
    print(
        f"\nratio {ratio:.2f} (wanted {WANTED}); the target is {'the same' if same else 'NOT THE SAME'}; "
        f"AUC differ by {apart:.4f} (at most {TOLERANCE})"
    )
    return 0 if asked.quick or (apart <= TOLERANCE and ratio >= WANTED) else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=64)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--attacks", help="of standout's audit; default: all")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--peers", type=Path, default=Path("build/peers"))
    parser.add_argument("--quick", action="store_true", help="2,000 records, 16 forests of 20 trees")
    for hidden, kind in (("--side", str), ("--data", Path), ("--told", Path), ("--own-jobs", int)):
        parser.add_argument(hidden, type=kind, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        with np.load(asked.data) as file:
            x, y = file["x"], file["y"]
        told = SIDES[asked.side](asked, x, y, asked.told.parent)
        asked.told.write_text(json.dumps(told), encoding="utf-8")
        return 0
    if asked.quick:
        asked.records, asked.models, asked.trees = 2_000, 16, 20
    return compare(asked)


if __name__ == "__main__":
    sys.exit(main())
