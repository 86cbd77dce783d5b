"""Shadow models per minute: the stacked loop against a plain loop over DataLoader batches, same recipe, same data.

    python benchmarks/bench_stack.py [--models 16] [--epochs 10]

Digits, perceptron 64-128-64-10, batch 32, one thread each. Wall clock, medians of three runs in one process.
"""

import argparse
import statistics
import time

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

import standout
from standout.recipes import recipe_of
from standout.shadows.memberships import draw_members


def plain_loop(x: torch.Tensor, y: torch.Tensor, members: np.ndarray, epochs: int) -> float:
    """Mean test accuracy of models trained one after another, as most published code does it."""
    right = []
    for mask in members:
        rows = torch.from_numpy(np.flatnonzero(mask))
        net = torch.nn.Sequential(
            torch.nn.Linear(64, 128),
            torch.nn.ReLU(),
            torch.nn.Linear(128, 64),
            torch.nn.ReLU(),
            torch.nn.Linear(64, 10),
        )
        optimizer = torch.optim.Adam(net.parameters(), 1e-3)
        loader = DataLoader(TensorDataset(x[rows], y[rows]), batch_size=32, shuffle=True)
        for _ in range(epochs):
            for a, b in loader:
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(net(a), b).backward()
                optimizer.step()
        with torch.inference_mode():
            right.append((net(x).argmax(1) == y)[~torch.from_numpy(mask)].float().mean().item())
    return float(np.mean(right))


def stacked_loop(dataset, members: np.ndarray, epochs: int) -> float:
    """The same by standout, eight models at a time."""
    recipe = recipe_of("mlp", {"hidden": (128, 64), "epochs": epochs})
    right = []
    for start in range(0, len(members), 8):
        part = members[start : start + 8]
        for mask, trained in zip(part, recipe.train(dataset, part, np.arange(start, start + len(part)))):
            right.append((trained.logits.argmax(axis=1) == dataset.y)[~mask].mean())
    return float(np.mean(right))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=10)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    dataset = standout.load("digits")
    members = draw_members(dataset.y, asked.models, seed=0)
    flat = dataset.x.reshape(len(dataset), -1)
    x = torch.from_numpy((flat - flat.mean()) / flat.std())
    y = torch.from_numpy(dataset.y)
    stacked_loop(dataset, members[:2], 1)  # warm up
    times: dict[str, list[float]] = {"plain": [], "stacked": []}
    accuracy = {}
    for _ in range(3):
        for name, run in (
            ("plain", lambda: plain_loop(x, y, members, asked.epochs)),
            ("stacked", lambda: stacked_loop(dataset, members, asked.epochs)),
        ):
            start = time.perf_counter()
            accuracy[name] = run()
            times[name].append(time.perf_counter() - start)
    for name, seconds in times.items():
        rate = 60 * asked.models / statistics.median(seconds)
        print(f"{name:>8}: {rate:7.0f} models/min on one core, test accuracy {accuracy[name]:.3f}")
    ratios = [p / s for p, s in zip(times["plain"], times["stacked"])]
    print(f"   ratio: {statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})")


if __name__ == "__main__":
    main()
