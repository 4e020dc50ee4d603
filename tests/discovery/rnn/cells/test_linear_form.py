from tests.discovery.loop_text import variable
from tf1compat.discovery.rnn.cells.linear_form import linear_form, unmasked
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

GIVEN = (
    """
    x = Placeholder() dtype=float32; shape=shape(None, 5)
    h = Placeholder() dtype=float32; shape=shape(None, 3)
    axis = Const() dtype=int32; value=tensor(int32, 1)
    """
    + variable("kernel", 8, 6)
    + variable("own", 3, 6)
    + variable("bias", 6)
)


def form(text: str, tensor: str):
    return linear_form(from_text(GIVEN + text), TensorRef.parse(tensor))


def test_values_side_by_side_and_values_with_kernels_of_their_own_are_told_in_the_order_of_the_sum():
    together = form("joined = ConcatV2(x, h, axis) N=2\nproduct = MatMul(joined, kernel/read)\n", "product")
    apart = form("a = MatMul(x, kernel/read)\nb = MatMul(h, own/read)\nsum = AddN(a, b) N=2\n", "sum")
    assert together.values == apart.values == (TensorRef("x"), TensorRef("h"))
    assert [each.weights.node for each in apart.products] == ["kernel", "own"]


def test_what_is_no_product_with_weights_is_merely_added():
    found = form(
        "gram = MatMul(x, h)\na = MatMul(x, kernel/read)\nb = BiasAdd(a, bias/read)\nsum = Add(b, gram)\n",
        "sum",
    )
    assert found.values == (TensorRef("x"),)
    assert found.added == (TensorRef("bias"), TensorRef("gram"))


def test_a_turned_product_is_none():
    found = form("a = MatMul(x, kernel/read) transpose_b=True\n", "a")
    assert (found.products, found.added) == ((), (TensorRef("a"),))


def test_a_part_of_a_sum_is_a_part_of_its_products():
    text = "a = MatMul(x, kernel/read)\nb = BiasAdd(a, bias/read)\nparts = Split(axis, b) num_split=2\n"
    (product,) = form(text, "parts:1").products
    assert (product.piece, product.parts) == (TensorRef("parts", 1), 2)


def test_how_many_parts_slices_make_is_known_by_their_width():
    text = "a = MatMul(x, kernel/read)\nslice = Slice(a, axis, axis) {}\n"
    (known,) = form(text.format("_output_shapes=[shape(None, 2)]"), "slice").products
    (unknown,) = form(text.format(""), "slice").products
    assert (known.parts, unknown.parts) == (3, None)


def test_a_kernel_that_is_a_part_names_its_weights():
    text = "parts = Split(axis, kernel/read) num_split=2\na = MatMul(x, parts:1)\n"
    (product,) = form(text, "a").products
    assert (product.kernel, product.weights) == (TensorRef("parts", 1), TensorRef("kernel"))


def test_a_sum_of_a_thousand_sums_is_followed_only_so_far():
    text = "s0 = Add(x, x)\n" + "".join(f"s{i} = Add(s{i - 1}, s{i - 1})\n" for i in range(1, 2000))
    assert len(form(text, "s1999").added) <= 2**8


def test_a_product_with_something_that_is_no_mask_stays():
    graph = from_text(
        GIVEN + "flag = Placeholder() dtype=bool\nmerged = Merge(x, h) N=2\nproduct = Mul(x, merged)\n"
    )
    assert unmasked(graph, TensorRef("product")) == TensorRef("product")
