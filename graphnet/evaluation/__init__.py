"""How good a model is: metrics, intervals, folds, baselines, attribution."""
