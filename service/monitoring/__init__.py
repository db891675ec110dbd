"""The state of the service and its tasks: readiness, metrics, workers."""
