"""Files and datasets in a worker: read in a child process, kept as arrays."""
