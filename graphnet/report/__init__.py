"""The report of a task, from facts that are stored."""
