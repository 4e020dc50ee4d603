"""TensorFlow door 1: the author's own graph and weights, through `tf.compat.v1` and its Saver.

`session.LegacySession` runs the original; `values.read_values` reads the variables that a plan needs.
Importing this package does not import TensorFlow; importing its modules does, except `legacy_ops`.
"""
