"""How the installation is deployed: images, compose, nginx."""
