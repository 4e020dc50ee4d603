"""ImageProjectiveTransform of tf.contrib.image up to 1.8: the same as V2 with an output of the image's size.

Source: tensorflow/contrib/image/kernels/image_ops.cc; V2, which TF2 registers, came of it.
"""

from __future__ import annotations

from tf1compat.graph.attributes import DType
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.rewrite.emit import INT, Emitter


def projected(emitter: Emitter, graph: Graph, node: Node) -> TensorRef:
    """The value of an ImageProjectiveTransform(images, transforms)."""
    images, transforms = node.inputs
    dtype = node.dtype("dtype") or DType("float32")
    shape = emitter("Shape", images, T=dtype, out_type=INT)
    size = emitter("StridedSlice", shape, *(emitter.constant([each]) for each in (1, 3, 1)), T=INT, Index=INT)
    return emitter(
        "ImageProjectiveTransformV2", images, transforms, size, dtype=dtype, fill_mode=b"CONSTANT",
        interpolation=node.attrs.get("interpolation", b"NEAREST"),
    )  # fmt: skip
