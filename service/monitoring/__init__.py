"""How the service and the tasks are: readiness, metrics, who shares a queue."""
