"""What the service can be asked: its endpoints and their description."""
