"""A finished run as `compare` reads it: figures, records, and how it was made."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from standout.errors import InputError, one_line
from standout.flows.place import path_of
from standout.flows.run import Run
from standout.run.folder import RunFolder
from standout.run.tables import read_records

SCHEMA = "standout/1"
COLUMNS = ("record", "label", "exposure", "exposure_lo", "exposure_hi", "exposed")


@dataclass(frozen=True, eq=False)
class Finished:
    """summary.json, config.json ({} where there is none), and the records by id. name: short and of this run alone."""

    name: str
    path: Path
    summary: dict[str, Any]
    config: dict[str, Any]
    records: pd.DataFrame

    @classmethod
    def of(cls, path: Path, name: str) -> "Finished":
        """Raises InputError for an unfinished audit, a shard, and a folder that is not what standout wrote."""
        folder = RunFolder(path)
        folder.refuse_unfinished()
        summary = folder.read_json("summary.json") or {}
        if summary.get("schema") != SCHEMA:
            raise InputError(f"{path / 'summary.json'} is of schema {summary.get('schema')!r}, not {SCHEMA!r}")
        try:
            table = read_records(path)
            records = table[list(COLUMNS)].assign(exposed=table["exposed"].astype(bool)).set_index("record")
        except FileNotFoundError:
            raise InputError(
                f"{path / 'records.csv'} is missing; run standout report {path}, or the audit again"
            ) from None
        except (ValueError, KeyError, OSError) as e:  # pandas' errors of reading are ValueErrors
            raise InputError(f"{path / 'records.csv'} is not what standout wrote: {one_line(e, 120)}") from e
        if records.index.has_duplicates:
            raise InputError(
                f"{path / 'records.csv'} names record {records.index[records.index.duplicated()][0]!r} twice"
            )
        return cls(name, path, summary, folder.read_json("config.json") or {}, records)

    def data_key(self) -> str | None:
        """Digest of the data, the same for the same data in two audits; None where the folder does not tell."""
        parts = self.config.get("parts")
        return parts.get("data") if isinstance(parts, dict) and "given" not in parts else None


def finished(runs: Sequence[Any]) -> list[Finished]:
    """All runs, read. Raises InputError for fewer than two, and for a folder that is given twice."""
    paths = [r.path if isinstance(r, Run) else path_of(r, "a run") for r in runs]
    if len(paths) < 2:
        raise InputError(
            f"{len(paths)} run{'' if len(paths) == 1 else 's'} given; compare takes two or more run folders"
        )
    real = Counter(p.resolve() for p in paths)
    for path in paths:
        if real[path.resolve()] > 1:
            raise InputError(f"{path} is given twice; give different run folders")
    return [Finished.of(p, n) for p, n in zip(paths, short_names(paths))]


def short_names(paths: Sequence[Path]) -> list[str]:
    """Last parts of paths, as many as tell them apart."""
    whole = [p.resolve() for p in paths]
    for parts in range(1, max(len(p.parts) for p in whole) + 1):
        names = ["/".join(p.parts[-parts:]) for p in whole]
        if len(set(names)) == len(names):
            return names
    return [str(p) for p in whole]
