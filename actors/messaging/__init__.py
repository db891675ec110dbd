"""Redis: the names on it, clients of it, the queue, and the relay that fills the queue."""
