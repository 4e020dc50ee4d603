"""What is fed in verification: sizes, element types and values that the graph can take."""
