"""What the service keeps in memory or reads from the registry and the workers."""
