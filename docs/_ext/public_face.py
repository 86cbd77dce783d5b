"""`{public-face}`: all that `standout` offers, in the order given, from signatures and docstrings as the code has them.

Docstrings here are plain text with the odd Markdown table and `code`, so they are read as Markdown; a line that begins
with the names of arguments begins a paragraph. autodoc would read them as reStructuredText.
"""

import inspect
import re
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import standout

TERM = re.compile(r"(?:\*?[a-z]\w*)(?:, [a-z]\w*)*: ")
SENTENCE = re.compile(r"(?<=[.)`]) (?=(?:[a-z]\w*)(?:, [a-z]\w*)*: )")
"""Where the next argument begins within a line."""


def markdown(docstring: str, names: set[str]) -> str:
    """A docstring with a paragraph for each sentence that begins with argument names; tables stay."""
    lines = []
    for line in inspect.cleandoc(docstring).splitlines():
        parts = [line] if line.startswith("|") else SENTENCE.split(line)
        for part in parts:
            found = TERM.match(part)
            said = [] if not found else re.split(r", ", found[0][:-2])
            if found and all(name.lstrip("*") in names for name in said):
                part = ", ".join(f"**{name}**" for name in said) + part[len(found[0]) - 2 :]
                lines += ["", part]
            else:
                lines.append(part)
    return "\n".join(lines)


def signature_of(thing: Any, name: str) -> str:
    """As one would write it, without annotations: the docstring says more."""
    if isinstance(thing, type) and issubclass(thing, Exception):
        return name
    kept = inspect.signature(thing)
    if isinstance(thing, type) or "self" in kept.parameters:
        kept = kept.replace(parameters=[p for n, p in kept.parameters.items() if n != "self"])
    plain = [p.replace(annotation=inspect.Parameter.empty) for p in kept.parameters.values()]
    returns = "" if isinstance(thing, type) or kept.return_annotation is kept.empty else kept.return_annotation
    if not isinstance(returns, str):
        returns = getattr(returns, "__name__", str(returns))
    kept = kept.replace(parameters=plain, return_annotation=inspect.Signature.empty)
    return f"{name}{kept}" + (f" -> {returns}" if returns else "")


def arguments_of(thing: Any) -> set[str]:
    return set(inspect.signature(thing).parameters)


def members_of(cls: type) -> list[tuple[str, str, Any]]:
    """Public methods and properties that a class defines itself, with their docstrings: (kind, name, thing)."""
    found = []
    for name, value in vars(cls).items():
        if name.startswith("_"):
            continue
        if isinstance(value, property) or hasattr(value, "attrname"):  # a cached property
            got = value.fget if isinstance(value, property) else value.func
            if got.__doc__:
                found.append(("property", name, got))
        elif inspect.isfunction(value) and value.__doc__:
            found.append(("method", name, value))
    return found


def entry(name: str, members: list[str]) -> str:
    """MyST of one public name."""
    thing = getattr(standout, name)
    docs, kind = thing.__doc__, "class" if isinstance(thing, type) else "function"
    if not docs:
        raise ValueError(f"standout.{name} has no docstring")
    arguments = set() if isinstance(thing, type) and issubclass(thing, Exception) else arguments_of(thing)
    lines = [f"## `{name}`", "", f"::::{{py:{kind}}} {signature_of(thing, f'standout.{name}')}", ""]
    lines += [markdown(docs, arguments), ""]
    for what, own, value in members_of(thing) if kind == "class" else []:
        if members and own not in members:
            continue
        sign = own if what == "property" else signature_of(value, own)
        asked = arguments_of(value)
        lines += [f":::{{py:{what}}} {sign}", "", markdown(value.__doc__, asked), "", ":::", ""]
    return "\n".join([*lines, "::::", ""])


class PublicFace(SphinxDirective):
    """One name per line, `Name` or `Name: member, member` where not all of a class is for users."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        self.env.note_reread()
        parts = [str(line).partition(":") for line in self.content if line.strip()]
        asked = {name.strip(): [m.strip() for m in some.split(",") if m] for name, _, some in parts}
        missing = set(standout.__all__) - {"__version__"} - set(asked)
        if missing:
            raise self.error(f"standout offers {', '.join(sorted(missing))}, and the page does not say so")
        text = "\n".join(entry(name, some) for name, some in asked.items())
        holder = nodes.section()
        holder.document = self.state.document
        self.state.nested_parse(StringList(text.splitlines(), "standout"), 0, holder, True)
        return list(holder.children)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("public-face", PublicFace)
    return {"parallel_read_safe": True}
