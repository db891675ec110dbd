"""The rows and the only queries: NEURO-LEARN's two tables, and the service's own beside them."""
