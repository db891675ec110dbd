"""What this service is measured beside: others' usual ways to do the same, written with care."""
