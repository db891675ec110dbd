"""Fitting a model: the loop, its callbacks, devices and memory."""
