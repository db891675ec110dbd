"""Faults injected: real processes and servers, a seeded plan, books that must balance."""
