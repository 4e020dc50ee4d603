"""Shape inference with symbols: sizes are products of numbers and of symbols for the batch and for time.

A symbol stands for one size throughout a graph, also where its author wrote a number in its place. Batch, time,
and what a graph needs to take any size are questions to this one analysis; what ops do to axes stands in `ops.axes`.
"""
