"""The documentation site: ``make docs`` builds it, and a warning is an error.

The pages are the Markdown files of the repository as they lie there, so that links are the same in an editor and on the site;
those of ``docs/notebooks`` are executed, those of ``docs/api`` made from docstrings. Nothing is fetched from a network.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

import snndsl

ROOT = Path(__file__).resolve().parents[1]

project = "snndsl"
author = "The snndsl developers"
project_copyright = author
version = release = snndsl.__version__
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]
root_doc = "docs/index"
include_patterns = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "docs/**", "models/*/README.md"]
exclude_patterns = ["docs/_build", "docs/_templates", "docs/adr/0000-template.md"]
templates_path = ["_templates"]
toc_object_entries = False

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
nb_execution_mode = "cache"
nb_execution_cache_path = str(ROOT / "docs/_build/executed")
nb_execution_timeout = 600
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_merge_streams = True

autosummary_generate = True
autodoc_typehints = "none"  # the sections of a docstring name the types
numpydoc_show_class_members = False

html_theme = "furo"
html_title = "snndsl"
html_show_sourcelink = False
html_copy_source = False

ANCHOR = re.compile(r'^<a id="([^"]+)"></a>$', re.MULTILINE)


def targets(app: Sphinx, name: str, source: list[str]) -> None:
    """Turn anchors, which are HTML in a repository, into targets that links of the site are checked against."""
    source[0] = ANCHOR.sub(r"(\1)=", source[0])


def entrance(app: Sphinx, error: Exception | None) -> None:
    """Let the folder of the site open at its first page."""
    if error is None and app.builder.name == "html":
        onwards = f'<meta http-equiv="refresh" content="0; url={root_doc}.html">'
        page = f'<!doctype html><meta charset="utf-8">{onwards}<title>snndsl</title>\n'
        Path(app.outdir, "index.html").write_text(page, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Connect what the site does beyond Sphinx."""
    app.connect("source-read", targets)
    app.connect("build-finished", entrance)
