"""The trials that the benchmarks share: real data, a recipe, and many models of it, trained once and kept.

    python benchmarks/trials.py --dataset letter --data DIR --models 1280 --cache letter.npz

A cache holds rescaled logits `s` float32 (models, N) and memberships `m` bool (models, N), records in id order.
"""

import argparse
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

import standout
from standout.attacks.smoothing import choose_smoothing
from standout.data.dataset import Dataset
from standout.data.records import Records
from standout.explain import CHARACTERISTICS, Evidence
from standout.explain.evidence import Side
from standout.recipes import Recipe, recipe_of
from standout.shadows.memberships import draw_members, model_seeds
from standout.shadows.plan import planned
from standout.signals import rescaled_logit, smooth

SEED = 7
DATASETS = ("digits", "location30", "retail100", "letter", "adult")
STACK = 8
OF_THE_PRIOR = ("centroid_distance", "neighbour_disagreement")


def task(name: str, folder: Path | None) -> tuple[Dataset, Recipe]:
    """(Dataset in id order, recipe) of a trial; all but digits are read from a folder with the published files."""
    if name == "digits":
        dataset, recipe = standout.load("digits"), recipe_of("mlp")
        return dataset.take(dataset.id_order()), recipe
    if folder is None:
        raise SystemExit(f"{name} needs --data DIR")
    if name == "adult":
        import pandas as pd

        table = pd.read_csv(folder / "adult.csv.gz", na_values="?", keep_default_na=False, nrows=5000)
        dataset = Dataset(table.drop(columns=["income", "split"]), table["income"], name=name)
    else:
        with np.load(folder / f"{name}.npz") as file:
            bits = {"retail100": 600, "location30": 446}.get(name)
            x = file["X"] if bits is None else np.unpackbits(file["X_bits"], axis=1, count=bits)
            y = file["y"]
        if name == "letter":
            rows = np.random.default_rng(0).permutation(len(y))[:5000]
        elif name == "retail100":
            rows = np.arange(15000)
            rows = rows[np.bincount(y[:15000], minlength=100)[y[:15000]] >= 4]
        else:
            rows = np.arange(len(y))
        dataset = Dataset(x[rows], y[rows], name=name)
    recipe = {
        "retail100": lambda: recipe_of("mlp", {"hidden": (256, 128), "epochs": 8, "batch_size": 128}),
        "location30": lambda: recipe_of("mlp", {"hidden": 128, "epochs": 30, "batch_size": 64, "weight_decay": 1e-4}),
        "letter": lambda: recipe_of("random-forest", {"n_estimators": 50}),
        "adult": lambda: recipe_of("random-forest", {"n_estimators": 50}),
    }[name]()
    return dataset.take(dataset.id_order()), recipe


def signals_of(dataset: Dataset, recipe: Recipe, models: int, jobs: int) -> tuple[np.ndarray, np.ndarray]:
    """Rescaled logits float32 (models, N) and memberships bool (models, N) of newly trained models."""
    members = draw_members(dataset.y, models, seed=SEED)
    seeds = np.array(model_seeds(SEED, models))

    def stack(start: int) -> np.ndarray:
        part = slice(start, min(start + STACK, models))
        trained = recipe.train(dataset, members[part], seeds[part])
        return np.stack([rescaled_logit(t.logits, dataset.y) for t in trained]).astype(np.float32)

    parts = Parallel(n_jobs=jobs)(delayed(stack)(start) for start in range(0, models, STACK))
    return np.concatenate([np.asarray(p) for p in parts]), members


def trained(
    name: str, folder: Path | None, models: int, cache: Path | None, jobs: int, dtype: str | None = None
) -> tuple[np.ndarray, ...]:
    """(signals, members) of a trial, from the cache where it holds them."""
    if cache and cache.exists():
        with np.load(cache) as file:
            return file["s"], file["m"]
    dataset, recipe = task(name, folder)
    if dtype:
        recipe = planned(recipe, {"dtype": dtype})
    signals, members = signals_of(dataset, recipe, models, jobs)
    if cache:
        np.savez(cache, s=signals, m=members)
    return signals, members


def smoothed(signals: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Signals of an audit as it takes them: smoothed by the amount chosen on its models where a model rounds to 0 or 1
    (tree ensembles), else as they are."""
    if np.abs(signals).max() < 90:  # rounded probabilities stand at +-103
        return signals
    return smooth(signals, choose_smoothing(signals, members).overall).astype(np.float32)


def characteristics_of(dataset: Dataset) -> np.ndarray:
    """Characteristics (N, F) of the records from the data alone: those by which figures with such a prior were made."""
    nothing = np.zeros(len(dataset))
    unknown = Side(nothing, nothing, nothing, None, None, None)
    evidence = Evidence(Records.of(dataset), unknown, unknown, nothing)
    return np.column_stack([CHARACTERISTICS[name].values(evidence) for name in OF_THE_PRIOR])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", choices=DATASETS, required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--models", type=int, default=256)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), help="of the products that train a net")
    asked = parser.parse_args()
    signals, _ = trained(asked.dataset, asked.data, asked.models, asked.cache, asked.jobs, asked.dtype)
    print(f"{asked.cache}: {signals.shape[0]} models, {signals.shape[1]} records")


if __name__ == "__main__":
    main()
