"""A task in a worker, from its claim to its end: read, trained, stored, shared out."""
