"""The house under faults: real processes and servers, a seeded plan, books that must balance."""
