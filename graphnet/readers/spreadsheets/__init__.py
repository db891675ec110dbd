"""Workbooks: their parts, their cells, their sheets."""
