"""Tasks as rows: NEURO-LEARN's submissions, the forms and results in them, and whose they are."""
