"""What can be done with a migrated model next: every consumer run for real on the committed models.

`python -m benchmarks.consumers` prints the table of models and consumers.
"""
