"""Facts for a data-protection impact assessment: sources, each with how it is known and when it was looked at."""

import json
from functools import cache
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).with_name("assessment.json")


@cache
def assessment() -> dict[str, Any]:
    """{"checked": date, "sources": [{key, source, states, here, known, link}], "tags": {tag: {source, name, known,
    link}}}: only what was seen itself or in copies that agree. A link is for a reader to follow; nothing is fetched."""
    return json.loads(SOURCES.read_text(encoding="utf-8"))
