"""The process that the tests kill in mid-write: URL, endpoint (may be empty), size in bytes."""

import sys

from registry import open_store

if __name__ == "__main__":
    url, endpoint_url, size = sys.argv[1:]
    store = open_store(url, endpoint_url=endpoint_url or None)
    store.put("TASK1", "model.safetensors", bytes(int(size)))
