"""`adult`: who earns more than 50,000 dollars?"""

import io
from dataclasses import replace
from pathlib import Path

import pandas as pd

from standout.data.benchmarks.files import content, find, missing, published
from standout.data.dataset import Dataset
from standout.data.tables import read_table
from standout.errors import InputError, one_line

NAMES = [
    "age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation", "relationship", "race",
    "sex", "capital_gain", "capital_loss", "hours_per_week", "native_country", "income",
]  # fmt: skip
TABLES, PARTS = ("adult.csv.gz", "adult.csv"), ("adult.data", "adult.test")
FILES = (*TABLES, *PARTS)


def adult(folder: Path) -> Dataset:
    """48,842 adults of the US census of 1994, 14 mixed columns with gaps, income up to or above 50,000 (UCI 1996)."""
    if path := find(folder, TABLES):
        data = _from_table(path)
    elif first := find(folder, PARTS):
        data = _from_uci([path for part in PARTS if (path := first.with_name(part)).is_file()])
    else:
        raise missing("adult", folder, FILES)
    return published(data, "adult", 48_842, 2)


def _from_table(path: Path) -> Dataset:
    """A table with names; a column `split` (train or test) says where a record came from and is no feature."""
    first = content(path).split(b"\n", 1)[0].decode("utf-8-sig", errors="replace")
    drop = ("split",) if "split" in [name.strip() for name in first.split(",")] else ()
    data = read_table(path, label="income", id=None, group=None, drop=drop)
    told = tuple(f"column {name!r}, which says train or test, is left out: both are joined" for name in drop)
    return replace(data, notes=(*told, *data.notes))


def _from_uci(paths: list[Path]) -> Dataset:
    """The files of UCI: no names, a blank after each comma, a first line to skip and a full stop after test labels."""
    tables = []
    for path in paths:
        try:
            table = pd.read_csv(
                io.BytesIO(content(path)), header=None, names=NAMES, skipinitialspace=True, comment="|",
                na_values=["?"], keep_default_na=False, index_col=False,
            )  # fmt: skip
        except (ValueError, UnicodeError) as e:
            raise InputError(f"{path.name} cannot be read as a table ({one_line(e)}); fetch it again") from e
        tables.append(table)
    whole = pd.concat(tables, ignore_index=True)
    said = " and ".join(f"{path.name} ({len(table):,})" for path, table in zip(paths, tables))
    y = whole.pop("income").astype(object).map(lambda label: label.rstrip(".") if isinstance(label, str) else label)
    return Dataset(whole, y.to_numpy(), notes=(f"records of {said}",))
