"""Ops that TensorFlow 2 lacks, expressed by those that it has."""
