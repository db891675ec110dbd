"""Figures as inline SVG: crisp at any size, themed by the page around them, read out in words.

Torch-free; NumPy and text only. Colours are CSS variables with fallbacks, and are never the only
difference between two things: dashes, markers or words tell them apart too.
"""

from graphnet.figures.classification import calibration, confusion, roc
from graphnet.figures.curves import curves
from graphnet.figures.distributions import distributions
from graphnet.figures.forest import Row, forest
from graphnet.figures.importance import importance
from graphnet.figures.lineage import lineage
from graphnet.figures.scatter import scatter

__all__ = [
    "Row",
    "calibration",
    "confusion",
    "curves",
    "distributions",
    "forest",
    "importance",
    "lineage",
    "roc",
    "scatter",
]
