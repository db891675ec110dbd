"""How the house is deployed: images, compose, nginx."""
