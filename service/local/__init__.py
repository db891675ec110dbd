"""The service on one machine: processes, folders, the demonstration."""
