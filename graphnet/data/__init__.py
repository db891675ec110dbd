"""What a dataset is: its arrays, how it was understood, how it is kept, and who its subjects are."""
