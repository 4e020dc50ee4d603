"""Keras models on disk: read, described and checked without TensorFlow; built by Keras in a process of its own."""
