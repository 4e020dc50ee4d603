"""Input pipelines as text graphs, in front of a small classifier."""

from __future__ import annotations

from tests.discovery.model_text import CLASSIFIER, flow_of
from tf1compat.analysis.entries import Entries

_BY_HAND = "x = Placeholder() dtype=float32; shape=shape(None, 4)\n"
_LABELS = "y = Placeholder() dtype=int32; shape=shape(None)\n"

QUEUE = """
    queue = FIFOQueueV2() component_types=[float32, int32]; shapes=[shape(4), shape()]
    n = Const() dtype=int32; value=tensor(int32, 8)
    batch = QueueDequeueManyV2(queue, n) component_types=[float32, int32]
"""
ITERATOR = """
    iterator = IteratorV2() output_types=[float32, int32]; output_shapes=[shape(None, 4), shape(None)]
    next = IteratorGetNext(iterator) output_types=[float32, int32]; output_shapes=[shape(None, 4), shape(None)]
"""
READER = """
    files = FIFOQueueV2() component_types=[string]
    reader = TFRecordReaderV2()
    record = ReaderReadV2(reader, files)
"""
EXAMPLES = """
    strings = Placeholder() dtype=string; shape=shape(None)
    names = Const() dtype=string; value=tensor(string, [])
    first = Const() dtype=string; value=tensor(string, "image/width")
    second = Const() dtype=string; value=tensor(string, "label")
    default = Const() dtype=float32; value=tensor(float32, [])
    other = Const() dtype=int64; value=tensor(int64, [])
"""
PARSE = """
    parsed = ParseExample(strings, names, first, second, default, other) Nsparse=0; Ndense=2; sparse_types=[]
"""


def classifier(pipeline: str, features: str = "", labels: str = "") -> str:
    """The classifier, with features and labels out of a pipeline instead of placeholders."""
    text = pipeline + CLASSIFIER
    if features:
        text = text.replace(_BY_HAND, "").replace("MatMul(x, ", f"MatMul({features}, ")
    if labels:
        text = text.replace(_LABELS, "").replace(", y)", f", {labels})")
    return text


def entries_of(text: str) -> Entries:
    return flow_of(text).entries


def tensors_of(text: str) -> list[str]:
    """The entries of a graph, the labels' and the learning rate's placeholders left out."""
    return [
        str(each.tensor) for each in entries_of(text).entries if str(each.tensor) not in ("y:0", "rate:0")
    ]
