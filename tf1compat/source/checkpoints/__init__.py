"""Checkpoints of both formats, read without TensorFlow: their containers, keys and state files."""
