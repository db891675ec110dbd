"""How Sphinx builds these pages: ``nox -s docs``. They need nothing from any other host."""

from typing import Any

project = "nld-sgn"
html_title = "nld-sgn"
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
myst_heading_anchors = 4
html_theme = "furo"
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False


def setup(app: Any) -> None:
    """Hear of each page before it is read."""
    app.connect("source-read", _inside)


def _inside(_app: Any, _page: str, source: list[str]) -> None:
    """What is a file beside this folder where one reads in the repository is a page here."""
    source[0] = source[0].replace("](../CHANGELOG.md)", "](changelog.md)")
