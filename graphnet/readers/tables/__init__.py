"""Tables of subjects: which column holds what."""
