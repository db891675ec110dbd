"""Files as people have them, each with the right value."""
