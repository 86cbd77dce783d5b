"""What a run folder stands on: the data its models were trained on, and who was a member of which."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from standout.data.dataset import Dataset
from standout.data.records import Records
from standout.data.sample import sample
from standout.data.source import load_again
from standout.errors import InputError
from standout.flows.choosing import chosen_of
from standout.flows.place import path_of, scored, well_formed
from standout.flows.preparing import dataset_of
from standout.run.folder import RunFolder
from standout.run.tables import read_records
from standout.shadows.memberships import draw_members
from standout.shadows.store import Shadows


@dataclass(frozen=True, eq=False)
class Audit:
    """A finished audit with its data, all in the order of `records`. table: its records table."""

    folder: RunFolder
    config: dict
    summary: dict
    records: Records
    outputs: Shadows
    table: pd.DataFrame

    @property
    def members(self) -> np.ndarray:
        """Who is a member of which model, bool (M, N)."""
        return self.outputs.members

    @classmethod
    def of(cls, run: Any, x, y, ids, groups, source, mend: str) -> "Audit":
        """The audit in a folder. x, y, ids, groups, source: as `records_again`; mend: how data are given from Python.

        Raises InputError, in one line, where the folder holds no audit of models, or the data are not those.
        """
        folder = RunFolder(path_of(run, "run"))
        folder.refuse_unfinished()
        config, summary = folder.read_json("config.json"), folder.read_json("summary.json")
        if config is None or summary is None or not well_formed(config):
            raise InputError(f"{folder.path} is not what standout wrote; run the audit again")
        if scored(config["parts"]):
            raise InputError(f"{folder.path} was made by standout score, which keeps no outputs: run that again")
        records = records_again(config, x, y, ids, groups, source, "its models", mend)
        count = summary["shadows"]["count"]
        members = members_again(config, records, count)
        outputs = Shadows(folder, config["key"], config["plan"]["seeds"][:count], members)
        table = read_records(folder.path).iloc[records.place].reset_index(drop=True)
        if table["record"].tolist() != records.ids.tolist():
            raise InputError(f"{folder.path / 'records.csv'} does not hold the records of this audit; run it again")
        return cls(folder, config, summary, records, outputs, table)


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
