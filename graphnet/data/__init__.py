"""Datasets: their arrays, how they were understood, how they are kept, who their subjects are."""
