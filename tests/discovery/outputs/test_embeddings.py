from tests.discovery.outputs.two_networks import arranged

TABLE = """
    words = Placeholder() dtype=int32; shape=shape(None)
    table = VariableV2() dtype=float32; shape=shape(6, 3)
    table/read = Identity(table) T=float32
    looked_up = Gather(table/read, words) Tparams=float32; Tindices=int32; _output_shapes=[shape(None, 3)]
    squared = Square(table/read) T=float32; _output_shapes=[shape(6, 3)]
    last = Const() dtype=int32; value=tensor(int32, 1)
    summed = Sum(squared, last) T=float32; _output_shapes=[shape(6, 1)]
    length = Sqrt(summed) T=float32; _output_shapes=[shape(6, 1)]
    unit = RealDiv(table/read, length) T=float32; _output_shapes=[shape(6, 3)]
    likeness = MatMul(unit, unit) T=float32; transpose_b=true; _output_shapes=[shape(6, 6)]
"""


def offered(text: str) -> set[str]:
    return {str(each.tensor) for each in arranged(text).outputs}


def test_a_table_of_embeddings_is_offered_normalised_with_what_is_alike_in_it() -> None:
    assert offered(TABLE) == {"looked_up:0", "unit:0", "likeness:0"}


def test_a_table_in_front_of_layers_is_no_result() -> None:
    layer = """
        w = VariableV2() dtype=float32; shape=shape(3, 2)
        w/read = Identity(w) T=float32
        out = MatMul(looked_up, w/read) T=float32; _output_shapes=[shape(None, 2)]
    """
    assert offered(TABLE + layer) == {"out:0"}
