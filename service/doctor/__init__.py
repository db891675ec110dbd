"""``sgn doctor``: what a service or a worker needs, all looked at once, with fixes in words."""
