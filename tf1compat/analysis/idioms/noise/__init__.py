"""Dropout and noise: where random numbers meet a value, what turns them off, and what is left of them then."""
