import pytest

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

GRAPH = from_text(
    """
    x = Placeholder() dtype=float32
    v = VariableV2() dtype=float32_ref; shape=shape(3)
    cast = Cast(x) SrcT=float32; DstT=int64
    best = ArgMax(x, cast) T=float32; Tidx=int32
    best32 = ArgMax(x, cast) T=float32; Tidx=int32; output_type=int32
    same = Equal(x, x) T=float32
    top = TopKV2(x, cast) T=float32
    looked_up = GatherV2(v, cast, cast) Tindices=int64; Tparams=float32
    next = IteratorGetNext(x) output_types=[int32, float32]
    batch = QueueDequeueManyV2(x, cast) component_types=[string, float64]
    shape = Shape(x) T=float32
    odd = Odd(x)
    """
)


@pytest.mark.parametrize(
    ("tensor", "expected"),
    [
        ("x", "float32"),
        ("v", "float32"),
        ("cast", "int64"),
        ("best", "int64"),
        ("best32", "int32"),
        ("same", "bool"),
        ("top", "float32"),
        ("top:1", "int32"),
        ("looked_up", "float32"),
        ("next:1", "float32"),
        ("batch", "string"),
        ("shape", "int32"),
        ("odd", "type_0"),
    ],
)
def test_a_tensor_s_type_is_what_its_op_says(tensor: str, expected: str):
    assert dtype_of(GRAPH, TensorRef.parse(tensor)) == expected
