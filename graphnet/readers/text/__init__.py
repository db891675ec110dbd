"""Text files: their encoding, separators, decimal marks and header."""
