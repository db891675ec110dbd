"""The main job as its users run it."""
