"""HTTP and the ``sgn`` command: parse, call, answer. Never reaches torch."""
