"""`{gallery-report} NAME`: a link to the report of an audit where it lies in docs/gallery, else how to make it."""

import shutil
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

FOLDER = "gallery"


def report_of(app: Sphinx, name: str) -> Path:
    """Where `benchmarks/gallery.py` puts a report."""
    return Path(app.srcdir) / FOLDER / f"{name}.html"


class GalleryReport(SphinxDirective):
    """A paragraph."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        self.env.note_reread()  # reports come and go
        said = nodes.paragraph()
        if report_of(self.env.app, name).exists():
            said += nodes.reference("", f"Open the report of {name}", refuri=f"{FOLDER}/{name}.html", internal=True)
        else:
            said += nodes.emphasis("", "The report is not part of this build: the command below makes it.")
        return [said]


def copy_reports(app: Sphinx, failed: Exception | None) -> None:
    """Reports that are there go with the site as they are."""
    if failed is not None or app.builder.format != "html":
        return
    for page in sorted((Path(app.srcdir) / FOLDER).glob("*.html")):
        target = Path(app.outdir) / FOLDER / page.name
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(page, target)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("gallery-report", GalleryReport)
    app.connect("build-finished", copy_reports)
    return {"parallel_read_safe": True}
