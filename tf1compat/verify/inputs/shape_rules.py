"""What each op says of shapes: the shapes of its outputs, and which dimensions it demands to be equal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.verify.inputs.shapes import Dim, Dims, Walk

Rule = Callable[[Walk, Node], tuple[Dims, ...]]


def shapes_of(walk: Walk, node: Node) -> tuple[Dims, ...]:
    """The shapes of a node's first outputs; an op without a rule gives what the file says."""
    rule = _RULES.get(node.op)
    shapes: tuple[Dims, ...] = rule(walk, node) if rule and node.inputs else ()
    return shapes or (walk.of(TensorRef(node.name)),)


def _same(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims = walk.of(node.inputs[0])
    return dims, dims


def _merge(walk: Walk, node: Node) -> tuple[Dims, ...]:
    known = [dims for dims in map(walk.of, node.inputs) if dims is not None]
    return (known[0] if known else None,)


def _read_variable(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return (walk.of(node.inputs[0]),)


def _broadcast(walk: Walk, node: Node) -> tuple[Dims, ...]:
    shapes = [walk.of(ref) for ref in node.inputs]
    result: Dims = ()
    for dims in shapes:
        result = _broadcast_two(walk, result, dims)
    return (result,)


def _broadcast_two(walk: Walk, first: Dims, second: Dims) -> Dims:
    if first is None or second is None:
        return None
    rank = max(len(first), len(second))
    longer = ((1,) * (rank - len(first)) + first, (1,) * (rank - len(second)) + second)
    return tuple(_broadcast_dims(walk, one, other) for one, other in zip(*longer, strict=True))


def _broadcast_dims(walk: Walk, one: Dim, other: Dim) -> Dim:
    one, other = walk.symbols.find(one), walk.symbols.find(other)
    if one == 1:
        return other
    if other == 1:
        return one
    walk.symbols.unify(one, other)
    return other if one is None else walk.symbols.find(one)


def _bias_add(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, bias = walk.of(node.inputs[0]), walk.of(node.inputs[1])
    if dims and bias and node.text("data_format", "NHWC") == "NHWC":
        walk.symbols.unify(dims[-1], bias[0])
    return (dims,)


def _mat_mul(walk: Walk, node: Node) -> tuple[Dims, ...]:
    first, second = walk.of(node.inputs[0]), walk.of(node.inputs[1])
    if first is None or second is None or len(first) < 2 or len(second) < 2:
        return (None,)
    if node.attrs.get("transpose_a") or node.attrs.get("adj_x"):
        first = (*first[:-2], first[-1], first[-2])
    if node.attrs.get("transpose_b") or node.attrs.get("adj_y"):
        second = (*second[:-2], second[-1], second[-2])
    walk.symbols.unify(first[-1], second[-2])
    walk.symbols.unify_all(first[:-2], second[:-2])
    return ((*first[:-1], second[-1]),)


def _transpose(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims = walk.of(node.inputs[0])
    order = permutation(walk, node.inputs[1], len(dims) if dims else 3)
    if order is None:
        return (None if dims is None else (None,) * len(dims),)
    if dims is None or len(dims) != len(order):
        return ((None,) * len(order),)
    return (tuple(dims[axis] for axis in order),)


def permutation(walk: Walk, ref: TensorRef, rank: int) -> tuple[int, ...] | None:
    """A constant permutation, also as `dynamic_rnn` makes it: [1, 0] and the rest in order."""
    whole = walk.integers(ref)
    if whole is not None:
        return whole
    node = walk.graph.producer(ref)
    if node.op != "ConcatV2":
        return None
    first = walk.integers(node.inputs[0])
    return (1, 0, *range(2, rank)) if first == (1, 0) else None


def _expand_dims(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, axis = walk.of(node.inputs[0]), walk.integers(node.inputs[1])
    if dims is None or axis is None:
        return (None,)
    place = axis[0] if axis[0] >= 0 else axis[0] + len(dims) + 1
    return ((*dims[:place], 1, *dims[place:]),)


def _squeeze(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, axes = walk.of(node.inputs[0]), node.attrs.get("squeeze_dims")
    if dims is None or not isinstance(axes, tuple) or not axes:
        return (None,)
    gone = {axis % len(dims) for axis in axes if isinstance(axis, int)}
    return (tuple(dim for axis, dim in enumerate(dims) if axis not in gone),)


def _gather(walk: Walk, node: Node) -> tuple[Dims, ...]:
    params, indices = walk.of(node.inputs[0]), walk.of(node.inputs[1])
    axis = walk.integers(node.inputs[2]) if len(node.inputs) > 2 else (0,)
    if params is None or indices is None or axis is None:
        return (None,)
    place = axis[0] % max(len(params), 1)
    return ((*params[:place], *indices, *params[place + 1 :]),)


def _one_hot(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, depth = walk.of(node.inputs[0]), walk.integers(node.inputs[1])
    if dims is None:
        return (None,)
    axis = node.integer("axis", -1)
    place = len(dims) if axis < 0 else axis
    return ((*dims[:place], depth[0] if depth else None, *dims[place:]),)


def _concat_v2(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return _concat(walk, node.inputs[:-1], node.inputs[-1])


def _concat_v1(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return _concat(walk, node.inputs[1:], node.inputs[0])


def _concat(walk: Walk, refs: tuple[TensorRef, ...], axis_ref: TensorRef) -> tuple[Dims, ...]:
    shapes = [walk.of(ref) for ref in refs]
    axis = walk.integers(axis_ref)
    known = [dims for dims in shapes if dims]
    if axis is None or not known:
        return (None,)
    place = axis[0] % len(known[0])
    alike = [dims for dims in known if len(dims) == len(known[0])]
    for dims in alike[1:]:
        walk.symbols.unify_all(_without(alike[0], place), _without(dims, place))
    total = _total([walk.symbols.find(dims[place]) for dims in alike], len(refs))
    return ((*alike[0][:place], total, *alike[0][place + 1 :]),)


def _without(dims: tuple[Dim, ...], axis: int) -> tuple[Dim, ...]:
    return dims[:axis] + dims[axis + 1 :]


def _total(dims: list[Dim], count: int) -> Dim:
    sizes = [dim for dim in dims if isinstance(dim, int)]
    return sum(sizes) if len(sizes) == count else None


def _pack(walk: Walk, node: Node) -> tuple[Dims, ...]:
    known = [dims for dims in map(walk.of, node.inputs) if dims is not None]
    if not known:
        return (None,)
    for dims in known[1:]:
        walk.symbols.unify_all(known[0], dims)
    place = node.integer("axis") % (len(known[0]) + 1)
    return ((*known[0][:place], len(node.inputs), *known[0][place:]),)


def _unpack(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, count = walk.of(node.inputs[0]), node.integer("num")
    if not dims:
        return (None,) * count
    place = node.integer("axis") % len(dims)
    walk.symbols.unify(dims[place], count)
    return (_without(dims, place),) * count


def _split(walk: Walk, node: Node) -> tuple[Dims, ...]:
    count = node.integer("num_split", 1)
    value, axis_ref = (0, 2) if node.op == "SplitV" else (1, 0)
    dims, axis = walk.of(node.inputs[value]), walk.integers(node.inputs[axis_ref])
    if not dims or axis is None:
        return (None,) * count
    place = axis[0] % len(dims)
    whole = walk.symbols.find(dims[place])
    part = whole // count if isinstance(whole, int) and node.op == "Split" else None
    return ((*dims[:place], part, *dims[place + 1 :]),) * count


def _strided_slice(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, begin = walk.of(node.inputs[0]), walk.integers(node.inputs[1])
    end, strides = walk.integers(node.inputs[2]), walk.integers(node.inputs[3])
    masks = node.integer("ellipsis_mask") or node.integer("new_axis_mask")
    if dims is None or begin is None or end is None or strides is None or masks or len(begin) > len(dims):
        return (None,)
    kept: list[Dim] = []
    for axis, dim in enumerate(dims):
        if axis >= len(begin):
            kept.append(dim)
        elif node.integer("shrink_axis_mask") >> axis & 1:
            walk.symbols.demand(dim, begin[axis] + 1)
        else:
            first = node.integer("begin_mask") >> axis & 1 or begin[axis] == 0
            # What is cut to a length and then needed at that length is best fed at that length.
            last = node.integer("end_mask") >> axis & 1 or end[axis] > 0
            if len(dims) == 1 and 0 < begin[axis] < end[axis] and not node.integer("end_mask"):
                walk.symbols.demand(dim, end[axis])  # a field of a record
            kept.append(dim if first and last and abs(strides[axis]) == 1 else None)
    return (tuple(kept),)


def _reshape(walk: Walk, node: Node) -> tuple[Dims, ...]:
    sizes = walk.integers(node.inputs[1])
    if sizes is not None:
        return (tuple(None if size < 0 else size for size in sizes),)
    shape = walk.graph.producer(node.inputs[1])
    if shape.op != "Pack":
        return (None,)
    parts = [walk.integers(ref) for ref in shape.inputs]
    return (tuple(part[0] if part and part[0] >= 0 else None for part in parts),)


def _fill(walk: Walk, node: Node) -> tuple[Dims, ...]:
    sizes = walk.integers(node.inputs[0])
    return (sizes,)


def _reduce(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, axes = walk.of(node.inputs[0]), walk.integers(node.inputs[1])
    if dims is None or axes is None:
        return (None,)
    gone = {axis % max(len(dims), 1) for axis in axes}
    if node.attrs.get("keep_dims"):
        return (tuple(1 if axis in gone else dim for axis, dim in enumerate(dims)),)
    return (tuple(dim for axis, dim in enumerate(dims) if axis not in gone),)


def _convolution(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims, kernel = walk.of(node.inputs[0]), walk.of(node.inputs[1])
    if dims is None or kernel is None or node.text("data_format", "NHWC") not in ("NHWC", "NDHWC"):
        return (None,)
    walk.symbols.unify(dims[-1], kernel[-2])
    channels = kernel[-1] if node.op != "DepthwiseConv2dNative" else None
    return ((dims[0], *(None for _ in dims[1:-1]), channels),)


def _pool(walk: Walk, node: Node) -> tuple[Dims, ...]:
    dims = walk.of(node.inputs[0])
    return (None if not dims else (dims[0], *(None for _ in dims[1:-1]), dims[-1]),)


def _scatter_into_array(walk: Walk, node: Node) -> tuple[Dims, ...]:
    value = walk.of(node.inputs[-2])
    indices = walk.of(node.inputs[1]) if len(node.inputs) == 4 else None
    if value and indices:
        walk.symbols.unify(value[0], indices[0])
    walk.elements[walk.array_node(node.inputs[0])] = value[1:] if value else None
    return ((),)


def _read_from_array(walk: Walk, node: Node) -> tuple[Dims, ...]:
    return (walk.elements.get(walk.array_node(node.inputs[0])),)


def _cross_entropy(walk: Walk, node: Node) -> tuple[Dims, ...]:
    logits, labels = walk.of(node.inputs[0]), walk.of(node.inputs[1])
    if node.op.startswith("Sparse"):
        walk.symbols.unify_all(logits[:-1] if logits else None, labels)
    else:
        walk.symbols.unify_all(logits, labels)
    return ((logits[0],) if logits else None,)


def _cudnn_rnn(walk: Walk, node: Node) -> tuple[Dims, ...]:
    values, *states = (walk.of(ref) for ref in node.inputs[:3])
    lengths = walk.of(node.inputs[4]) if node.op == "CudnnRNNV3" else None
    axis = 0 if node.attrs.get("time_major") is False else 1  # of the examples
    known = [dims for dims in states if dims is not None and len(dims) == 3]
    if values is None or len(values) != 3 or not known:
        return (None,)
    for dims in known:
        walk.symbols.unify(dims[axis], values[axis])
        walk.symbols.unify_all(dims, known[0])
    if lengths:
        walk.symbols.unify(lengths[0], values[axis])
    units = walk.symbols.find(known[0][-1])
    both = 2 if node.text("direction") == "bidirectional" else 1
    return ((*values[:2], units * both if isinstance(units, int) else None), *known)


def _gather_tree(walk: Walk, node: Node) -> tuple[Dims, ...]:
    steps, parents, lengths = (walk.of(ref) for ref in node.inputs[:3])
    walk.symbols.unify_all(steps, parents)
    known = steps or parents
    if known and lengths:
        walk.symbols.unify_all(known[1 : 1 + len(lengths)], lengths)
    return (known,)


_TABLE: tuple[tuple[Rule, str], ...] = (
    (_same, "Identity RefIdentity StopGradient PreventGradient Snapshot Enter RefEnter Exit "
            "RefExit Switch RefSwitch NextIteration RefNextIteration Cast Relu Relu6 Elu Selu Tanh "
            "Sigmoid Softmax LogSoftmax Softplus Softsign Neg Exp Log Log1p Sqrt Rsqrt Square Abs "
            "Sign Floor Ceil Round Rint LogicalNot ZerosLike OnesLike Reverse ReverseV2 "
            "ReverseSequence CheckNumerics Print PlaceholderWithDefault Cumsum Erf Sin Cos IsNan "
            "IsFinite LRN"),
    (_merge, "Merge RefMerge"),
    (_read_variable, "ReadVariableOp"),
    (_broadcast, "Add AddV2 Sub Mul Div RealDiv FloorDiv TruncateDiv Mod FloorMod Maximum Minimum Pow "
                 "Greater GreaterEqual Less LessEqual Equal NotEqual LogicalAnd LogicalOr "
                 "SquaredDifference SelectV2 AddN DivNoNan"),
    (_bias_add, "BiasAdd BiasAddV1"),
    (_mat_mul, "MatMul BatchMatMul BatchMatMulV2"),
    (_transpose, "Transpose"),
    (_expand_dims, "ExpandDims"),
    (_squeeze, "Squeeze"),
    (_gather, "Gather GatherV2 ResourceGather"),
    (_one_hot, "OneHot"),
    (_concat_v2, "ConcatV2"),
    (_concat_v1, "Concat"),
    (_pack, "Pack"),
    (_unpack, "Unpack"),
    (_split, "Split SplitV"),
    (_strided_slice, "StridedSlice"),
    (_reshape, "Reshape"),
    (_fill, "Fill"),
    (_reduce, "Sum Mean Max Min Prod All Any ArgMax ArgMin"),
    (_convolution, "Conv2D Conv3D DepthwiseConv2dNative"),
    (_pool, "MaxPool AvgPool MaxPool3D AvgPool3D"),
    (_scatter_into_array, "TensorArrayScatter TensorArrayScatterV2 TensorArrayScatterV3 TensorArrayUnpack"),
    (_read_from_array, "TensorArrayRead TensorArrayReadV2 TensorArrayReadV3"),
    (_cudnn_rnn, "CudnnRNN CudnnRNNV2 CudnnRNNV3"),
    (_gather_tree, "GatherTree"),
    (_cross_entropy, "SoftmaxCrossEntropyWithLogits SparseSoftmaxCrossEntropyWithLogits"),
)  # fmt: skip

_RULES: Mapping[str, Rule] = MappingProxyType({op: rule for rule, ops in _TABLE for op in ops.split()})
