"""Models of the service before this one: read without unpickling, named anew, made whole."""
