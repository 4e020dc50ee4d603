"""Random numbers as TensorFlow 1 draws them, as text graphs."""

from __future__ import annotations

from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text

UNIFORM = """
    x = Placeholder() dtype=float32; shape=shape(None, 4); _output_shapes=[shape(None, 4)]
    keep = Placeholder() dtype=float32; shape=shape(); _output_shapes=[shape()]
    zero = Const() dtype=float32; value=tensor(float32, 0.0)
    quarter = Const() dtype=float32; value=tensor(float32, 0.25)
    half = Const() dtype=float32; value=tensor(float32, 0.5)
    one = Const() dtype=float32; value=tensor(float32, 1.0)
    two = Const() dtype=float32; value=tensor(float32, 2.0)
    shape = Shape(x) T=float32; out_type=int32
    u = RandomUniform(shape) T=int32; dtype=float32; _output_shapes=[shape(None, 4)]
    n = RandomStandardNormal(shape) T=int32; dtype=float32; _output_shapes=[shape(None, 4)]
"""


def drawn(text: str) -> Graph:
    return from_text(UNIFORM + text)
