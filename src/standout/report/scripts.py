"""What the page runs: the vendored plotting library and the page's own scripts, each inline once and known by its hash.

The content security policy lets exactly these two run. Data come in an element that no browser runs, and its text can
not end that element.
"""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

ASSETS = Path(__file__).parent / "assets"
ORDER = (
    "read", "shown", "pictures", "state", "theme", "table", "filters", "download", "colours", "map", "pointer", "lasso",
    "strip", "drawer", "roc", "slopes", "links", "start",
)  # fmt: skip
"""Files of the page's script, in the order in which they are joined."""
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
ESCAPED = "<>&\x7f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""What could open or close an element, end a line, or turn the direction of what is read."""


@cache
def library() -> Markup:
    """The plotting library as it lies in assets/."""
    return Markup((ASSETS / "echarts.min.js").read_text(encoding="utf-8"))


@cache
def own() -> Markup:
    """The page's scripts in one function scope of strict mode: no name of theirs is seen outside."""
    files = "\n".join((ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in ORDER)
    return Markup(f'(() => {{\n"use strict";\n{files}}})();\n')


def needed(explorer: dict[str, Any]) -> bool:
    """Whether the page has anything that scripts can bring to life: records that it may name, or curves."""
    return bool(explorer["rows"] or explorer["roc"])


def policy(explorer: dict[str, Any]) -> str:
    """The content security policy: nothing from elsewhere, and no script but the two, where the page needs them."""
    if not needed(explorer):
        return POLICY
    return POLICY + "; script-src " + " ".join(f"'sha256-{digest(script)}'" for script in (library(), own()))


def digest(script: str) -> str:
    """SHA-256 of an inline script as a policy names it: of the text between its tags, to the byte."""
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


def as_json(content: Any) -> Markup:
    """JSON that can stand in a script element: it holds no `<`, so that no text in it can close or open anything."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.translate({ord(c): f"\\u{ord(c):04x}" for c in ESCAPED}))
