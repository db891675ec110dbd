"""Migrations of the service's own tables, and of no other."""
