"""How the documentation is built; `make docs` runs it. No network is needed, neither to build nor to read it."""

import os
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))  # docs.site and benchmarks

import lensim  # noqa: E402

project = "lensim"
author = "The lensim developers"
release = version = lensim.__version__
language = "en"
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "numpydoc",
    "docs.site.extension",
]
exclude_patterns = ["site", "models/cards/_table.md", "reference/_commands.md"]
nitpicky = True
# Names of other libraries: their pages are not at hand without a network.
OTHERS = "xarray|xr|pandas|pd|numpy|np|matplotlib|pathlib|collections|typing|pymc|pm|arviz|az"
nitpick_ignore_regex = [("py:.*", rf"({OTHERS})(\..*)?")]

myst_enable_extensions = ["colon_fence", "deflist", "attrs_block"]
myst_heading_anchors = 4
nb_execution_mode = os.environ.get("LENSIM_DOCS_CELLS", "cache")
nb_execution_cache_path = str(DOCS.parent / "build" / "docs-cells")
nb_execution_in_temp = True
nb_execution_timeout = 600  # a first use compiles
nb_execution_raise_on_error = True
os.environ["COLUMNS"] = "110"
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])  # lensim, in cells

autodoc_member_order = "bysource"
autodoc_typehints = "none"
numpydoc_show_class_members = False

html_theme = "pydata_sphinx_theme"
html_title = "lensim"
html_theme_options = {
    "show_prev_next": False,
    "show_toc_level": 2,
    "header_links_before_dropdown": 8,
    "navbar_align": "left",
    "search_bar_text": "Search",
    "navigation_with_keys": False,
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
