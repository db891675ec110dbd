"""Who the subjects are: ids, classes, covariates, and a table of people beside files."""
