"""The report of a task, from facts that are stored, in English or Simplified Chinese."""
