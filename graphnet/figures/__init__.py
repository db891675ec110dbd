"""Figures as inline SVG, themed by the page around them, with a description for screen readers.

Torch-free; NumPy and text only. Colours are CSS variables with fallbacks, and are never the only
difference between two things: dashes, markers or words tell them apart too. ``language``
is ``en`` or ``zh-CN``; ``narrow`` drawings are for phones.
"""

from graphnet.figures.curves import by_subjects, curves
from graphnet.figures.diagrams import Part, flow, lineage
from graphnet.figures.drawing import on_screens
from graphnet.figures.forest import Row, distributions, forest
from graphnet.figures.importance import importance
from graphnet.figures.predictions import calibration, confusion, decision_curve, roc, scatter

__all__ = [
    "Part",
    "Row",
    "by_subjects",
    "calibration",
    "confusion",
    "curves",
    "decision_curve",
    "distributions",
    "flow",
    "forest",
    "importance",
    "lineage",
    "on_screens",
    "roc",
    "scatter",
]
