"""What do loss traces cost? Extra time of the first models of an audit, as a share of all shadow training.

    python benchmarks/bench_traces.py --data DIR [--only digits,location30] [--shadows 64] [--repeats 3]

The first stack of an audit is trained with traces and without, in turns; processor time, of which the least of each
counts. The share is (with - without) over the time that all shadows take without.
"""

import argparse
import time

import numpy as np

import standout
from standout.data.records import Records
from standout.recipes import recipe_of
from standout.recipes.recipe import trained_by
from standout.shadows.memberships import draw_members, model_seeds
from standout.shadows.store import TRACED

SETS = {"digits": {}, "location30": {}, "retail100": {"epochs": 8, "batch_size": 128}}
STACK = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="folder with the files of the benchmarks")
    parser.add_argument("--only", default="digits,location30")
    parser.add_argument("--shadows", type=int, default=64)
    parser.add_argument("--traced", type=int, default=TRACED)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    for name in asked.only.split(","):
        dataset = standout.load(name) if name == "digits" else standout.load(name, data=asked.data)
        training = Records.of(dataset).training
        assert training is not None
        recipe = recipe_of("mlp", {**SETS[name], "stack": STACK}, "cpu")
        members, seeds = draw_members(training.y, STACK), np.array(model_seeds(0, STACK))
        spent: dict[bool, list[float]] = {False: [], True: []}
        for turn in range(2 * asked.repeats):
            traced = turn % 2 == 1
            start = time.process_time()
            for _ in trained_by(recipe, training, members, seeds, set(range(asked.traced)) if traced else set()):
                pass
            spent[traced].append(time.process_time() - start)
        without, extra = min(spent[False]), min(spent[True]) - min(spent[False])
        share = extra / (without * asked.shadows / STACK)
        print(
            f"{name}: {asked.traced} of {asked.shadows} models traced: {extra:.2f} s more, of "
            f"{without * asked.shadows / STACK:.1f} s: {share:.2%}; all {len(training):,} records",
            flush=True,
        )


if __name__ == "__main__":
    main()
