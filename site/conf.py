"""How Sphinx makes the book. `site/book.py` lays out what it reads."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for `book.anchor`

project = "bpkit"
author = "the bpkit authors"
copyright = "the bpkit authors; MIT licence"

extensions = ["myst_nb", "sphinx_copybutton"]
exclude_patterns = ["README.md"]  # parts of it are in index.md
nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
myst_heading_slug_func = "book.anchor"
mathjax_path = "mathjax/tex-chtml-full.js"

html_theme = "sphinx_book_theme"
html_title = "bpkit"
html_favicon = "icon.svg"
templates_path = ["."]
html_sidebars = {"**": ["home", "search-button-field", "sbt-sidebar-nav"]}
html_static_path = ["book.css"]
html_css_files = ["book.css"]
html_copy_source = False
html_use_index = False
html_context = {"default_mode": "auto"}
html_theme_options = {
    "navbar_persistent": [],  # the search field stands in the sidebar already
    "use_download_button": False,  # each lesson has a link of its own
    "use_fullscreen_button": False,
    "footer_content_items": ["copyright"],
}

# Where a published book comes from: its pages link to it.
if REPOSITORY := os.environ.get("SITE_REPOSITORY"):
    html_theme_options |= {"repository_url": REPOSITORY, "use_repository_button": True}
