"""Commands for operators, which work on this machine, the database and the registry."""
