"""Ops that TensorFlow 2 cannot run, computed by numpy: what verification holds the rewritten graph against."""
