"""The report of a task: one HTML file that needs nothing else, from facts that are stored.

Torch-free, so that a service can render it again years later.
"""

from graphnet.report.page import render

__all__ = ["render"]
