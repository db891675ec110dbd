"""The addresses, a noun a module."""
