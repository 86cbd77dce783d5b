"""The plan of a run: which models make a stack, in which precision, from which seeds; frozen at the first start."""

from itertools import pairwise

from standout.data.dataset import Dataset
from standout.recipes.recipe import Pace, Recipe
from standout.shadows.memberships import model_seeds
from standout.shadows.store import BUDGET, KEEPS


def make_plan(recipe: Recipe, dataset: Dataset, *, records: int, most: int | None) -> tuple[dict, str]:
    """A new plan as JSON, without a model yet, and a line on it, empty where there is nothing to tell. records: on how
    many each model is trained; most: models of a stack, where the recipe measures what is fastest, None for no
    measuring, so that every machine makes the same plan."""
    measure = getattr(recipe, "pace", None)
    if measure is None:
        pace, told = Pace(recipe.stack_size(dataset), "float32", None), ""
    else:
        pace = measure(dataset, records, most)
        told = f"{recipe.name}: stacks of {pace.stack_size} in {pace.dtype}"
        if pace.seconds:
            told += f", about {pace.seconds:.2g} s of one core a model"
    plan = {"stack_size": pace.stack_size, "stacks": [], "dtype": pace.dtype, "threads": 1, "keep": [], "seeds": []}
    return plan, told


def extend_plan(plan: dict, dataset: Dataset, shadows: int, seed: int) -> dict:
    """The plan with stacks, what each keeps, and seeds for `shadows` models at least; what stands in it is never
    changed. Stacks keep log-probabilities while those of all models so far fit into the budget."""
    stacks, keep = [list(s) for s in plan["stacks"]], list(plan["keep"])
    model_bytes = len(dataset.y[dataset.asked]) * len(dataset.classes) * 2
    start = stacks[-1][1] if stacks else 0
    while start < shadows:
        stop = min(start + plan["stack_size"], shadows)
        stacks.append([start, stop])
        keep.append("log-probabilities" if stop * model_bytes <= BUDGET else "sums")
        start = stop
    seeds = list(plan["seeds"])
    return {**plan, "stacks": stacks, "keep": keep, "seeds": seeds + model_seeds(seed, start)[len(seeds) :]}


def planned(recipe: Recipe, plan: dict) -> Recipe:
    """The recipe in the precision that a plan fixed."""
    at = getattr(recipe, "at", None)
    return recipe if at is None else at(plan["dtype"])


def is_plan(plan: object) -> bool:
    """Whether JSON has the shape of a plan: stacks without gaps from model 0 on, one `keep` each, one seed a model."""
    if not isinstance(plan, dict):
        return False
    stacks, keep, seeds = (plan.get(name) for name in ("stacks", "keep", "seeds"))
    if not (isinstance(stacks, list) and isinstance(keep, list) and isinstance(seeds, list)):
        return False
    if not all(isinstance(s, list) and len(s) == 2 and all(map(_is_count, s)) and s[0] < s[1] for s in stacks):
        return False
    return (
        _is_count(plan.get("stack_size"))
        and plan["stack_size"] > 0
        and (not stacks or stacks[0][0] == 0)
        and all(a[1] == b[0] for a, b in pairwise(stacks))
        and len(keep) == len(stacks)
        and all(k in KEEPS for k in keep)
        and len(seeds) == (stacks[-1][1] if stacks else 0)
        and all(_is_count(s) and s < 2**32 for s in seeds)
    )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
