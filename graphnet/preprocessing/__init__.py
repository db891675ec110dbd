"""From a cohort to what a model is given: pipeline, scaling, harmonisation, targets."""
