"""What the signatures need of the checkpoint: variables, their parts, and which of their two values."""
