"""JSON schemas of the files in a run folder."""

import json
from importlib.resources import files


def summary_schema() -> dict:
    """The JSON schema of summary.json."""
    return json.loads(files("standout.run.schema").joinpath("summary.schema.json").read_text(encoding="utf-8"))
