"""Which task runs next, who runs it, and how its run ends."""
