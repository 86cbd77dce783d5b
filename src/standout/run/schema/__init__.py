"""JSON schemas of the files in a run folder."""

import json
from importlib.resources import files


def summary_schema() -> dict:
    """The JSON schema of summary.json."""
    return _read("summary.schema.json")


def defences_schema() -> dict:
    """The JSON schema of defences.json."""
    return _read("defences.schema.json")


def _read(name: str) -> dict:
    return json.loads(files("standout.run.schema").joinpath(name).read_text(encoding="utf-8"))
