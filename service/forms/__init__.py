"""A posted form: its fields, its checks, what is answered."""
