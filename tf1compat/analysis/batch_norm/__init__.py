"""The statistics of a batch, found by their arithmetic, and the variables that average them over training."""
