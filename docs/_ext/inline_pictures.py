"""SVG pictures stand in the page itself, so that their colours follow its theme, not that of the system.

The files in docs/images bring colours of their own, for readers of the sources; here `_static/standout.css` gives them.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx


def inline(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Puts each SVG in place of the image that names it; what else is built keeps the image."""
    if app.builder.format != "html":
        return
    for image in list(doctree.findall(nodes.image)):
        if not image["uri"].endswith(".svg"):
            continue
        drawn = (Path(app.srcdir) / image["uri"]).read_text()
        drawn = re.sub(r"<style>.*?</style>\n?", "", drawn, flags=re.DOTALL)
        raw = nodes.raw("", f'<div class="picture" tabindex="0">{drawn}</div>', format="html")
        holder = image.parent
        if isinstance(holder, nodes.paragraph) and len(holder) == 1:  # a div must not stand within a paragraph
            holder.replace_self(raw)
        else:
            image.replace_self(raw)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("doctree-resolved", inline)
    return {"parallel_read_safe": True}
