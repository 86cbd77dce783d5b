"""`{command-line}`: every command with its options, as the command line itself has them at the time of the build."""

import re

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from standout.cli import app


def commands_as_markdown() -> str:
    """All commands from a second-level heading on, in Markdown."""
    text = app.generate_docs(output_format="markdown", usage_name="standout")
    text = text[text.index("\n## standout ") + 1 :]
    text = text.replace("**Arguments**:", "Takes:").replace("**Parameters**:", "Options:")
    text = re.sub(r" \*\[default: False\]\*", "", text)
    text = re.sub(r"^(standout \S+) -m \S+", r"\1", text, flags=re.MULTILINE)  # how Sphinx was started is no usage
    return re.sub(r"^\* `([^`]*)`: ", r"* `\1`  \n  ", text, flags=re.MULTILINE)


class CommandLine(SphinxDirective):
    """Puts the commands in place of itself."""

    def run(self) -> list[nodes.Node]:
        self.env.note_reread()  # the page depends on code, not on a file that Sphinx looks at
        holder = nodes.section()
        holder.document = self.state.document
        self.state.nested_parse(StringList(commands_as_markdown().splitlines(), "standout"), 0, holder, True)
        return list(holder.children)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("command-line", CommandLine)
    return {"parallel_read_safe": True}
