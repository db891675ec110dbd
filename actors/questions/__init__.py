"""Questions to the workers, answered beside whatever they train: predictions, erasures, imports."""
