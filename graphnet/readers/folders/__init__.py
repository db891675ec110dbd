"""Folders of one file or more per subject."""
