"""What makes a graph train, told by what it does, and what is dead once it is frozen to inference."""
