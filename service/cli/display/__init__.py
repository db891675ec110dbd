"""Tasks and datasets as a terminal shows them."""
