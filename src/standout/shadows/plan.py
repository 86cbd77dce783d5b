"""The plan of a run: which models make a stack, in which precision, from which seeds; frozen at the first start."""

from standout.data.dataset import Dataset
from standout.recipes.recipe import Recipe
from standout.shadows.memberships import model_seeds
from standout.shadows.store import BUDGET


def make_plan(recipe: Recipe, dataset: Dataset, shadows: int, seed: int) -> dict:
    """A new plan as JSON."""
    size = shadows * len(dataset) * len(dataset.classes) * 2
    return {
        "stack_size": recipe.stack_size(dataset),
        "stacks": [],
        "dtype": "float32",
        "threads": 1,
        "keep": "log-probabilities" if size <= BUDGET else "sums",
        "seeds": model_seeds(seed, 0),
    }


def extend_plan(plan: dict, shadows: int, seed: int) -> dict:
    """The plan with stacks and seeds for `shadows` models at least; what stands in it is never changed."""
    stacks = [list(s) for s in plan["stacks"]]
    start = stacks[-1][1] if stacks else 0
    while start < shadows:
        stop = min(start + plan["stack_size"], shadows)
        stacks.append([start, stop])
        start = stop
    return {**plan, "stacks": stacks, "seeds": model_seeds(seed, start)}
