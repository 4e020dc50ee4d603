"""Batch normalisation in training mode: found by its arithmetic, with the variables that average its statistics."""
