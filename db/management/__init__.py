"""What people change of datasets and tasks that are stored, and the audit of it."""
