"""One task by several workers: shards and how they are stored."""
