"""What figures are called, of classes and of a clinical score."""

OF_CLASSES = {
    "n": "Subjects",
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "auc": "AUC",
    "brier": "Brier score",
    "ece": "Expected calibration error",
}
OF_SCORES = {
    "n": "Subjects",
    "mae": "Mean absolute error",
    "rmse": "Root mean square error",
    "r2": "R²",
    "pearson": "Pearson's r",
    "spearman": "Spearman's ρ",
}
