"""Matrices, triangles and time series, and what their values are."""
