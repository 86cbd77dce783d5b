"""Shadow nets per minute: standout against a plain PyTorch loop over a DataLoader, same recipe, same data, same run.

    python benchmarks/bench_nets.py [--trial mlp-32 ...] [--repeats 3] [--quick]
    python benchmarks/bench_nets.py --trial convnet --data DIR      # CIFAR-10 images instead of noise

Both are timed by the wall clock from outside, with everything that a user waits for: standout's workers start anew in
every repeat, its stack is measured, its models are stored. The loop trains one model after another, as published code
does, and has the faster of one thread and all cores. Both answer on all records. The ratio is that of models per
minute, with the smallest and largest of the repeats.

FLOPs are counted as two for each multiplication of a matrix product in training: forward, gradient by weights and,
but in the first layer, gradient by inputs; nothing else. The ceiling is a product of two bfloat16 matrices of
2,048 x 2,048 on every core at once.
"""

import argparse
import statistics
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor
from torch.utils.data import DataLoader, TensorDataset

import standout
from standout.cores import cores
from standout.data.dataset import Dataset
from standout.recipes import recipe_of
from standout.run.folder import RunFolder
from standout.shadows.backends.local import Local
from standout.shadows.memberships import draw_members
from standout.shadows.plan import extend_plan, make_plan, planned
from standout.shadows.store import Shadows
from standout.shadows.train import train_missing


@dataclass(frozen=True)
class Trial:
    """One net on one data set. models: trained by standout; plain: by the loop, in each repeat."""

    model: str
    settings: dict
    models: int
    plain: int


MLP = {"hidden": (256, 128), "epochs": 8}
TRIALS = {
    "digits": Trial("mlp", {"hidden": (128, 64), "epochs": 30, "batch_size": 32}, 1024, 4),
    "mlp-32": Trial("mlp", {**MLP, "batch_size": 32}, 64, 2),
    "mlp-256": Trial("mlp", {**MLP, "batch_size": 256}, 128, 3),
    "mlp-large": Trial("mlp", {"hidden": (1024, 512), "epochs": 8, "batch_size": 256}, 32, 1),
    "convnet": Trial("convnet", {"epochs": 2, "batch_size": 64}, 8, 1),
}


def data_of(name: str, folder: Path | None) -> Dataset:
    """Records of a trial: 10,000 with 600 yes or no in 100 classes, 5,000 images, or the digits."""
    rng = np.random.default_rng(0)
    if name == "digits":
        dataset = standout.load("digits")
    elif name != "convnet":
        y = rng.integers(0, 100, 10_000)
        usual = rng.random((100, 600)) ** 2
        dataset = Dataset((rng.random((len(y), 600)) < 0.7 * usual[y] + 0.1).astype(np.uint8), y)
    elif folder is None:
        y = rng.integers(0, 10, 5_000)
        dataset = Dataset(
            (128 + 40 * rng.normal(size=(len(y), 32, 32, 3)) + y[:, None, None, None]).astype(np.uint8), y
        )
    else:
        from io import BytesIO

        from PIL import Image

        with np.load(folder / "cifar10_jpeg.npz") as file:
            blob, at, y = file["blob"].tobytes(), file["offsets"], file["labels"][:5_000]
        x = [np.asarray(Image.open(BytesIO(blob[a:b]))) for a, b in pairwise(at[:5_001])]
        dataset = Dataset(np.stack(x), y)
    return dataset.take(dataset.id_order())


def net_of(trial: Trial, dataset: Dataset) -> torch.nn.Module:
    """The net as one writes it with torch."""
    layers: list[torch.nn.Module] = []
    if trial.model == "mlp":
        sizes = [dataset.x[0].size, *trial.settings["hidden"]]
        for a, b in pairwise(sizes):
            layers += [torch.nn.Linear(a, b), torch.nn.ReLU()]
        return torch.nn.Sequential(*layers, torch.nn.Linear(sizes[-1], len(dataset.classes)))
    sizes = (3, 32, 64, 128, 128)
    for layer, (a, b) in enumerate(pairwise(sizes)):
        layers += [torch.nn.Conv2d(a, b, 3, padding=1), torch.nn.ReLU()]
        layers += [torch.nn.MaxPool2d(2)] if layer else []
    head = torch.nn.Linear(sizes[-1], len(dataset.classes))
    return torch.nn.Sequential(*layers, torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), head)


def plain_loop(trial: Trial, dataset: Dataset, members: np.ndarray, threads: int) -> tuple[float, float]:
    """(models per minute, test accuracy) of models trained one after another."""
    torch.set_num_threads(threads)
    x = torch.from_numpy(dataset.x.astype(np.float32))
    x = (x - x.mean()) / x.std() if dataset.kind == "image" else x
    x = x.permute(0, 3, 1, 2).contiguous() if trial.model == "convnet" else x.flatten(1)
    y, right = torch.from_numpy(dataset.y), []
    start = time.perf_counter()
    for mask in members:
        rows = torch.from_numpy(np.flatnonzero(mask))
        net = net_of(trial, dataset)
        optimizer = torch.optim.Adam(net.parameters(), 1e-3)
        loader = DataLoader(TensorDataset(x[rows], y[rows]), batch_size=trial.settings["batch_size"], shuffle=True)
        for _ in range(trial.settings["epochs"]):
            for a, b in loader:
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(net(a), b).backward()
                optimizer.step()
        with torch.inference_mode():
            answers = torch.cat([net(part) for part in x.split(1024)])
        right.append((answers.argmax(1) == y)[~torch.from_numpy(mask)].float().mean().item())
    return 60 * len(members) / (time.perf_counter() - start), float(np.mean(right))


def by_standout(trial: Trial, dataset: Dataset, members: np.ndarray, device: str) -> tuple[float, float, dict]:
    """(models per minute, test accuracy, plan), from nothing to the stored models."""
    get_reusable_executor().shutdown(wait=True)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        recipe, place = recipe_of(trial.model, trial.settings, device), RunFolder(Path(folder) / "run")
        records, most = int(members[0].sum()), max(len(members) // cores(), 2)
        with place.writing():
            plan, _ = make_plan(recipe, dataset, records=records, most=most)
            plan = extend_plan(plan, dataset, len(members), 0)
            config = {"key": "bench", "plan": plan}
            place.write_json("config.json", config)
            with Local() as crew:
                train_missing(place, planned(recipe, plan), dataset, members, config, len(members), set(), crew=crew)
            seconds = time.perf_counter() - start
            right = Shadows(place, "bench", plan["seeds"], members).signal("correct")
    return 60 * len(members) / seconds, float(right[~members].mean()), plan


def flops(trial: Trial, dataset: Dataset, records: int) -> float:
    """Of the matrix products that train one net."""
    if trial.model == "mlp":
        sizes = [dataset.x[0].size, *trial.settings["hidden"], len(dataset.classes)]
        products = [a * b for a, b in pairwise(sizes)]
    else:
        products = [9 * a * b * side**2 for (a, b), side in zip(pairwise((3, 32, 64, 128, 128)), (32, 32, 16, 8))]
        products.append(128 * len(dataset.classes))
    return 2.0 * (3 * sum(products) - products[0]) * records * trial.settings["epochs"]


def ceiling() -> float:
    """FLOPs a second of bfloat16 products on all cores at once."""

    def one() -> float:
        torch.set_num_threads(1)
        a, b = torch.randn(2, 2048, 2048).bfloat16()
        torch.mm(a, b)
        start = time.perf_counter()
        for _ in range(20):
            torch.mm(a, b)
        return 20 * 2 * 2048.0**3 / (time.perf_counter() - start)

    return sum(Parallel(n_jobs=cores())(delayed(one)() for _ in range(cores())))  # type: ignore[arg-type]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trial", choices=TRIALS, action="append")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--quick", action="store_true", help="few models, once: does it run?")
    asked = parser.parse_args()
    print(
        "| trial | stack | loop, models a minute | standout | ratio | test accuracy: loop, standout | of the ceiling |"
    )
    print(f"|{'---|' * 7}")
    for name in asked.trial or TRIALS:
        trial, dataset = TRIALS[name], data_of(name, asked.data)
        members = draw_members(dataset.y, 4 if asked.quick else trial.models, seed=0)
        loop, ours, share, right, plan = [], [], [], np.zeros(2), {}
        for _ in range(1 if asked.quick else asked.repeats):
            plain = [plain_loop(trial, dataset, members[: trial.plain], n) for n in {1, cores()}]
            loop.append(max(plain)[0])
            rate, accuracy, plan = by_standout(trial, dataset, members, asked.device)
            ours.append(rate)
            right += [max(plain)[1], accuracy]
            share.append(rate / 60 * flops(trial, dataset, int(members[0].sum())) / ceiling())
        ratios = [b / a for a, b in zip(loop, ours)]
        right /= len(ours)
        print(
            f"| {name} | {plan['stack_size']} {plan['dtype']} | {statistics.median(loop):,.1f} "
            f"| {statistics.median(ours):,.0f} | {statistics.median(ratios):.1f} ({min(ratios):.1f} to "
            f"{max(ratios):.1f}) | {right[0]:.3f}, {right[1]:.3f} | {statistics.median(share):.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
