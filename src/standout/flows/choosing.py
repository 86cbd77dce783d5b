"""Which records are audited where screening says it: chosen by one training, then frozen in config.json."""

import numpy as np

from standout.data.dataset import Dataset
from standout.data.records import Records
from standout.data.sample import sample
from standout.errors import InputError
from standout.flows.options import Options
from standout.flows.screening import screened
from standout.recipes import Recipe
from standout.recipes.identity import UnidentifiableError
from standout.run.key import key_of

SHARE, LEAST = 0.05, 100
"""Of the records, audited unless a number is given."""


def records_of(records: int | None, n: int) -> int:
    """How many records are audited of n: as asked, else a stated share of them."""
    return max(round(SHARE * n), min(LEAST, n)) if records is None else records


def choice(dataset: Dataset, recipe: Recipe, options: Options, key: str | None, there: dict | None) -> dict:
    """What screening chooses, as JSON: {"of", "records", "places"}. of: a key of all that the choice hangs on; records:
    how many at most; places: of the chosen ones in the order of ids, the highest ranked first.

    there: a config.json; where it holds the choice for the very same question, that stands: another machine might rank
    ties of the last digit in another way. Raises InputError where there is nothing to choose, or training fails.
    """
    n = len(dataset)
    records = records_of(options.records, n)
    if records >= n:
        raise InputError(
            f"records-from screen chooses among the records, and all {n:,} are asked for; give a smaller records"
        )
    recipe.check(dataset)
    of = question(dataset, recipe, options.seed, records, key)
    before = (there or {}).get("chosen")
    if of is not None and isinstance(before, dict) and is_choice(before, n) and before["of"] == of:
        return before
    found = screened(dataset, recipe, options.seed)
    ranked = np.argsort(found.rank, kind="stable")
    audited = sample(dataset, records, 0, ranked=ranked).audited
    assert audited is not None
    first = ranked[audited[dataset.id_order()][ranked]]
    return {"of": of or "", "records": records, "places": first.tolist()}


def question(dataset: Dataset, recipe: Recipe, seed: int, records: int, key: str | None) -> str | None:
    """A key of all that a choice hangs on; None where the recipe cannot be recognised again."""
    try:
        code = ["key", key] if key is not None else recipe.identity()
    except UnidentifiableError:
        return None
    training = Records.of(dataset).training  # in the order of ids, groups numbered as they come in it
    assert training is not None
    return key_of({"data": training.digest(), "recipe": code, "seed": seed, "records": records})


def chosen_of(dataset: Dataset, chosen: dict) -> Dataset:
    """The data set with the chosen records to be audited, the others in every training. Raises InputError where what
    config.json says is no choice among them."""
    if not is_choice(chosen, len(dataset)):
        raise InputError("config.json does not say which of these records screening chose; run the audit again")
    return sample(dataset, chosen["records"], 0, ranked=np.array(chosen["places"], dtype=np.int64))


def is_choice(value: object, n: int) -> bool:
    """Whether JSON has the shape of a choice among n records."""
    if not isinstance(value, dict) or not isinstance(value.get("of"), str) or not isinstance(value.get("records"), int):
        return False
    places = value.get("places")
    return (
        isinstance(places, list)
        and all(isinstance(p, int) and not isinstance(p, bool) and 0 <= p < n for p in places)
        and len(set(places)) == len(places) > 0
    )
