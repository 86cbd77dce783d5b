"""What a run folder stands on: the data its models were trained on, and who was a member of which."""

from typing import Any

from standout.data.dataset import Dataset
from standout.data.records import Records
from standout.data.sample import sample
from standout.data.source import load_again
from standout.errors import InputError
from standout.flows.choosing import chosen_of
from standout.flows.preparing import dataset_of
from standout.shadows.memberships import draw_members


def records_again(config: dict, x, y, ids, groups, source, what: str, mend: str) -> Records:
    """The records of a run by its config.json: read from where it had them or from `source`, or given as x and y.

    what: who trained on them, mend: how they are given from Python, as messages say it. Raises InputError where they
    are not those.
    """
    parts, asked = config["parts"], config["asked"]
    dataset = data_of(config, x, y, ids, groups, source, f"{what} had their data from Python: {mend}")
    if "chosen" in config:
        dataset = chosen_of(dataset, config["chosen"])
    elif asked.get("records") is not None:
        dataset = sample(dataset, asked["records"], asked["seed"])
    records = Records.of(dataset)
    assert records.training is not None
    if records.training.digest() != parts["data"]:
        if asked.get("records") is not None and asked.get("target"):
            raise InputError(
                f"{what} were trained on what a target was, beside a sample, and who that is is not stored: run the "
                "audit again, which trains nothing"
            )
        raise InputError(
            f"{records.name} is not the data that {what} were trained on; give --source PATH of that (from Python: x "
            "and y)"
        )
    return records


def members_again(config: dict, records: Records, models: int) -> Any:
    """Memberships bool (models, N) of a run's records."""
    data, asked = records.data, config["asked"]
    assert data is not None
    return draw_members(data.y, models, seed=asked["seed"], fraction=asked["fraction"], groups=data.groups)


def data_of(config: dict, x, y, ids, groups, source, absent: str) -> Dataset:
    """The data of a run: given, or read again. absent: the message where nobody can tell where they are."""
    if x is not None:
        if source is not None:
            raise InputError("give x or source, not both")
        return dataset_of(x, y, ids, groups, config["dataset"]["name"])
    origin = config["asked"]["source"]
    if not origin:
        if source is None:
            raise InputError(absent)
        origin = [str(source)]
    return load_again(tuple(origin), source)
