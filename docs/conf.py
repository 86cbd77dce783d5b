"""The docs as a site: `make docs`."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "_ext"), str(HERE.parent / "src")]

from standout.run.version import __version__  # noqa: E402

project = "standout"
author = "the standout authors"
release = version = __version__
html_title = f"standout {__version__}"

extensions = ["myst_parser", "command_line", "gallery_reports", "inline_pictures", "public_face"]
exclude_patterns = ["_ext", "gallery"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence", "attrs_block"]

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["standout.css"]
html_show_sourcelink = False
html_copy_source = False
html_show_copyright = False
html_theme_options = {"sidebar_hide_name": False}

smartquotes = False
"""Two hyphens stay two hyphens: options are named in prose."""
