"""What does a defence cost in training? Seconds of a stack of nets under each, over those of plain training.

    python benchmarks/bench_defences.py [--nets 8] [--repeats 5] [--defences self-distillation,distillation]

Digits, `mlp` as it is, aimed at 2 % of the records; defences take turns, and the median of the repeats is told, with
the ratio to plain training of the same turn. Teachers and folds are counted, whatever a defence trains.
"""

import argparse
import time

import numpy as np

import standout
from standout.defend import defended
from standout.recipes import recipe_of
from standout.shadows.memberships import draw_members, model_seeds

DEFENCES = "self-distillation,self-distillation+down-weighting:0.3,distillation,loss-floor,down-weighting,remove"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nets", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--defences", default=DEFENCES)
    asked = parser.parse_args()
    data, recipe = standout.load("digits"), recipe_of("mlp")
    members = draw_members(data.y, asked.nets, seed=0)
    seeds = np.array(model_seeds(0, asked.nets))
    aim = data.ids[np.random.default_rng(0).choice(len(data), len(data) // 50, replace=False)]
    recipes = {"none": recipe} | {text: defended(recipe, text, aim) for text in asked.defences.split(",")}
    taken: dict[str, list[float]] = {text: [] for text in recipes}
    for turn in range(asked.repeats + 1):  # the first one warms up
        for text, own in recipes.items():
            start = time.perf_counter()
            for _ in own.train(data, members, seeds):
                pass
            if turn:
                taken[text].append(time.perf_counter() - start)
    plain = np.array(taken["none"])
    print("| | seconds a net | over plain training |\n|---|---|---|")
    for text, seconds in taken.items():
        ratio = np.array(seconds) / plain
        print(
            f"| `{text}` | {np.median(seconds) / asked.nets:.3f} | {np.median(ratio):.2f} "
            f"({ratio.min():.2f} to {ratio.max():.2f}) |"
        )


if __name__ == "__main__":
    main()
