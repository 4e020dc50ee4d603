"""Rows of batches and steps that a graph counts, parts or masks by numbers that it computes."""
