"""Classify people by their brain networks: arrays in, fitted model out.

Letters used everywhere: K replicas, B subjects in a batch, S subjects in a cohort,
N regions, F measures, C classes.
"""
