"""Are causes right? Records whose cause is known are planted in real data, audited, and compared with what is said.

    python benchmarks/planted.py --data DIR [--datasets digits,letter] [--seeds 0,1,2] [--cache DIR]

Each audit holds all plants at once (`standout.flows.checks.plants`): 3 % false labels, 1.5 % noise, 1.5 % blends, rare
classes of five records, 0.75 % noise with an exact copy, 1.5 % clean records with one. "Judged as if exposed" applies
the rules to records whatever their exposure. Null: nothing planted, and who is exposed shuffled over the records.
The rules were made on seeds 10 to 12.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import standout
from standout.data.benchmarks import read_benchmark
from standout.data.dataset import Dataset
from standout.data.records import Records
from standout.estimate.estimate import Estimate, estimate
from standout.explain import association as strength
from standout.explain.association import association
from standout.explain.causes import verdicts
from standout.explain.speaking import speakers
from standout.flows.attacking import attack_all
from standout.flows.checks.plants import NAMED, Planted, plant
from standout.flows.explaining import Explained, explain
from standout.flows.options import Options
from standout.recipes import recipe_of
from standout.shadows.given import GivenOutputs
from standout.shadows.memberships import draw_members, model_seeds

MODELS = 64
SHUFFLES = 200
TASKS = {
    "digits": ("mlp", {}),
    "letter": ("random-forest", {"n_estimators": 50}),
    "location30": ("mlp", {"hidden": 128, "epochs": 30, "batch_size": 64, "weight_decay": 1e-4}),
    "thyroid": ("random-forest", {"n_estimators": 50}),
    "adult": ("random-forest", {"n_estimators": 50}),
}
PART = 4000


@dataclass(frozen=True, eq=False)
class Audited:
    """One audit of planted data, all in the order of `records`."""

    records: Records
    what: np.ndarray
    estimated: Estimate
    explained: Explained


def clean_data(name: str, folder: Path | None) -> Dataset:
    """A data set, at most PART records of it drawn once."""
    if name == "digits":
        return standout.load("digits")
    data = read_benchmark(name, folder)
    sizes = np.bincount(data.y)
    rows = np.flatnonzero(sizes[data.y] >= 5)  # thyroid has a class of two
    if name in ("letter", "adult"):
        rows = np.sort(np.random.default_rng(0).choice(rows, PART, replace=False))
    return data.take(rows)


def outputs_of(data: Dataset, name: str, models: int, seed: int, cache: Path | None) -> GivenOutputs:
    """What so many models answer on the records, in id order; from the cache where it holds them."""
    members = draw_members(data.y, models, seed=seed)
    if cache and cache.exists():
        logits = np.load(cache)
    else:
        model, settings = TASKS[name]
        recipe = recipe_of(model, settings)
        seeds = np.array(model_seeds(seed, models))
        parts = [recipe.train(data, members[i : i + 8], seeds[i : i + 8]) for i in range(0, models, 8)]
        logits = np.stack([t.logits for part in parts for t in part]).astype(np.float32)
        if cache:
            np.save(cache, logits)
    return GivenOutputs.of(logits, members, data.y, probabilities=False)


def audited(name: str, planted: Planted, seed: int, models: int, cache: Path | None) -> Audited:
    """Train, attack, estimate and explain as an audit does."""
    records = Records.of(planted.data)
    assert records.data is not None
    options = Options(attacks=("moderated",))
    outputs = outputs_of(records.data, name, models, seed, cache)
    signal = attack_all(outputs, options, []).signal
    found = estimate(signal, outputs.members, fpr=options.fpr, above=options.exposed_above)
    why = explain(records, outputs, signal, found.exposed, found.posterior.exposure)
    return Audited(records, planted.what[planted.data.id_order()], found, why)


def figures_of(a: Audited, seed: int) -> dict[str, tuple[float, float]]:
    """(how many, of how many) of each figure of the table."""
    exposed, causes = a.estimated.exposed, a.explained.why.cause
    found: dict[str, tuple[float, float]] = {}
    for kind, cause in NAMED.items():
        those = a.what == kind
        found[f"{kind} exposed"] = (int((those & exposed).sum()), int(those.sum()))
        found[f"{kind} named"] = (int((causes[those & exposed] == cause).sum()), int((those & exposed).sum()))
    clean = a.what == ""
    rng = np.random.default_rng(seed)
    drawn = rng.choice(np.flatnonzero(clean), min(500, int(clean.sum())), replace=False)
    judged = verdicts(a.explained.evidence, a.explained.values, a.explained.strengths, exposed, judge=drawn).cause
    found["clean suspected"] = (int((judged[drawn] == "suspect label").sum()), len(drawn))
    p = a.explained.evidence.outside.probabilities
    assert p is not None
    agreed = clean & exposed & (p.argmax(axis=1) == a.records.y)
    found["uncontradicted suspected"] = (int((causes[agreed] == "suspect label").sum()), int(agreed.sum()))
    exposure = a.estimated.posterior.exposure
    for kind in ("noise", "twin noise", "", "twin"):
        found[f"exposure {kind or 'clean'}"] = (float(exposure[a.what == kind].sum()), int((a.what == kind).sum()))
    return found


def shuffled(a: Audited, seed: int, shuffles: int = SHUFFLES) -> dict[str, tuple[float, float]]:
    """In how many shuffles of exposure over the records any characteristic separates, and passes the test alone, for as
    many exposed records as there are, and for ten."""
    rng = np.random.default_rng(seed)
    strength.RESAMPLES = 100  # of the interval, which decides little beside the test and takes the time
    values, found = a.explained.values, {}
    for many, count in (("as many exposed", int(a.estimated.exposed.sum())), ("10 exposed", 10)):
        speak = passed = 0
        for _ in range(shuffles):
            exposure = rng.permutation(len(a.records)).astype(float)
            exposed = exposure >= len(exposure) - count
            strengths = {name: association(v, exposed, exposure) for name, v in values.items()}
            speak += bool(speakers(values, strengths, exposed))
            passed += bool(speakers(values, strengths, exposed, floor=0.5))
        found[f"{many}: any speaks"] = (speak, shuffles)
        found[f"{many}: any significant"] = (passed, shuffles)
    return found


def shown(pair: tuple[float, float], mean: bool = False) -> str:
    part, whole = pair
    if mean:
        return f"{part / max(whole, 1):.1%}"
    return f"{part:.0f}/{whole:.0f} = {part / whole:.0%}" if whole else "none"


def totals(
    name: str, folder: Path | None, seeds: list[int], models: int, cache: Path | None, null: bool
) -> dict[str, tuple[float, float]]:
    """The figures of one data set, summed over the seeds (null: of the first alone)."""
    clean, total = clean_data(name, folder), {}
    for seed in seeds[:1] if null else seeds:
        planted = Planted(clean, np.full(len(clean), "", dtype=object)) if null else plant(clean, seed)
        kept = cache / f"{name}_{'null' if null else seed}.npy" if cache else None
        a = audited(name, planted, seed, models, kept)
        own = shuffled(a, seed) if null else figures_of(a, seed)
        for key, pair in own.items():
            total[key] = tuple(np.add(total.get(key, (0, 0)), pair))
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--datasets", default="digits,letter,location30,thyroid")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--models", type=int, default=MODELS)
    parser.add_argument("--cache", type=Path, help="folder that keeps what models answered")
    parser.add_argument("--null", action="store_true", help="the null alone: nothing planted")
    asked = parser.parse_args()
    if asked.cache:
        asked.cache.mkdir(parents=True, exist_ok=True)
    seeds = [int(s) for s in asked.seeds.split(",")]
    names = asked.datasets.split(",")
    columns = {n: totals(n, asked.data, seeds, asked.models, asked.cache, asked.null) for n in names}
    print(f"| | {' | '.join(f'{n}, {TASKS[n][0]}' for n in names)} |\n|{'---|' * (len(names) + 1)}")
    for row in columns[names[0]]:
        cells = " | ".join(shown(columns[n][row], row.startswith("exposure")) for n in names)
        print(f"| {row} | {cells} |")


if __name__ == "__main__":
    main()
