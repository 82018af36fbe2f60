"""How Sphinx makes the book. `site/book.py` lays out what it reads."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for `book.anchor`

project = "bpkit"
copyright = "the bpkit authors; MIT licence"
html_title = "bpkit"

extensions = ["myst_nb", "sphinx_copybutton"]
exclude_patterns = ["README.md"]  # parts of it are in index.md
nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
myst_heading_slug_func = "book.anchor"
mathjax_path = "mathjax/tex-chtml-full.js"

html_theme = "sphinx_book_theme"
html_static_path = ["book.css"]
html_css_files = ["book.css"]
html_copy_source = False
html_theme_options = {
    "use_download_button": False,  # each lesson has a link of its own
    "use_fullscreen_button": False,
    "show_navbar_depth": 1,
}
