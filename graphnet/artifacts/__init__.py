"""What a training leaves: the model, its manifest, its predictions."""
