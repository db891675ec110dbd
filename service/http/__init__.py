"""What lies between a connection and an endpoint: identity, limits, bodies, answers."""
