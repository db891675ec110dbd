"""A posted form: its fields, its checks, what is said of it."""
