"""How Sphinx builds these pages: ``nox -s docs``. They need nothing from any other host."""

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
