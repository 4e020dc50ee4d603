"""Ops that compute each entry of their result from the entries at the same place of their operands."""

from __future__ import annotations

from collections.abc import Mapping

from tf1compat.graph.model import Node
from tf1compat.ops.axes.axis_map import (
    Axis,
    AxisMap,
    Facts,
    Origin,
    Origins,
    Rule,
    equal,
    rank_of,
    whole,
)
from tf1compat.ops.registry import attribute

#: The value of the first operand, entry by entry; what else they read says how, and is no value of the result.
_UNARY = """
    Identity RefIdentity StopGradient PreventGradient Snapshot EnsureShape Print CheckNumerics CheckNumericsV2
    Enter RefEnter Exit RefExit NextIteration RefNextIteration PlaceholderWithDefault ReadVariableOp
    DebugIdentity DebugIdentityV2 DebugGradientIdentity HostConst Cast ToFloat ToInt32 Copy CopyHost GuaranteeConst
    BucketizeWithInputBoundaries
    Abs Acos Acosh Angle Asin Asinh Atan Atanh BesselI0 BesselI0e BesselI1 BesselI1e BesselJ0 BesselJ1 BesselK0
    BesselK0e BesselK1 BesselK1e BesselY0 BesselY1 Bucketize Ceil ComplexAbs Conj Cos Cosh Dawsn Digamma Elu Erf
    Erfc Erfinv Exp Expint Expm1 Floor FresnelCos FresnelSin Imag Inv Invert IsFinite IsInf IsNan LeakyRelu Lgamma
    Log Log1p LogicalNot Ndtri Neg OnesLike PopulationCount Real Reciprocal Relu Relu6 Rint Round Rsqrt Selu
    Sigmoid Sign Sin Sinh Softplus Softsign Spence Sqrt Square Tan Tanh ZerosLike
    Dequantize FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars
    AsString StringToNumber StringToHashBucket StringToHashBucketFast StringToHashBucketStrong StringStrip
    StringLower StringUpper StringLength RegexReplace RegexFullMatch StaticRegexReplace StaticRegexFullMatch
    DecodeBase64 EncodeBase64 DecodeCompressed DataFormatDimMap UnicodeScript UnicodeTranscode
"""
#: All operands, entry by entry; where one has a single entry along an axis, it stands for all.
_BROADCASTING = """
    Add AddV2 Sub Mul MulNoNan Div DivNoNan RealDiv FloorDiv TruncateDiv Mod FloorMod TruncateMod Maximum Minimum
    Pow SquaredDifference Atan2 ApproximateEqual Equal NotEqual Less LessEqual Greater GreaterEqual
    LogicalAnd LogicalOr BitwiseAnd BitwiseOr BitwiseXor LeftShift RightShift Complex NextAfter
    Xdivy Xlogy Xlog1py Igamma Igammac IgammaGradA RandomGammaGrad Zeta Polygamma Betainc
    SelectV2 ClipByValue AddN AccumulateNV2
    Substr
    EluGrad InvGrad LeakyReluGrad ReciprocalGrad Relu6Grad ReluGrad RsqrtGrad SeluGrad SigmoidGrad SoftplusGrad
    SoftsignGrad SqrtGrad TanhGrad FakeQuantWithMinMaxArgsGradient
"""
UNARY = frozenset(_UNARY.split())
BROADCASTING = frozenset(_BROADCASTING.split())
#: Entry by entry where the range is given.
_REQUANTIZED = tuple(f"QuantizeAndDequantize{version}" for version in ("", "V2", "V3", "V4"))
#: Of one of two operands each entry.
_SELECT = "Select"
ELEMENTWISE = UNARY | BROADCASTING | {_SELECT, "IdentityN", "BiasAdd", "BiasAddV1", "Bitcast", "QuantizeV2"}


def broadcast(ranks: Mapping[int, int]) -> Origins:
    """The axes of operands of these ranks, combined entry by entry."""
    rank = max(ranks.values(), default=0)
    return tuple(
        Origin(
            "broadcast",
            tuple(Axis(operand, axis - rank + own) for operand, own in ranks.items() if axis >= rank - own),
        )
        for axis in range(rank)
    )


def _unary(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node)
    return None if rank is None else AxisMap((whole(0, range(rank)),), (0,))


def _broadcasting(node: Node, facts: Facts) -> AxisMap | None:
    """An operand whose axes are not known, as rates are that old files tell no shape of, is taken for a scalar."""
    ranks = {at: facts.rank(ref) for at, ref in enumerate(node.inputs)}
    known = {at: rank for at, rank in ranks.items() if rank is not None}
    return AxisMap((broadcast(known),), tuple(ranks)) if known else None


def _select(node: Node, facts: Facts) -> AxisMap | None:
    """A condition of one axis goes with the rows of what it chooses from."""
    condition, rank = rank_of(facts, node), rank_of(facts, node, 1)
    if condition is None or rank is None:
        return None
    of = [(1, 2, *((0,) if axis < condition else ())) for axis in range(rank)]
    axes = (tuple(Axis(each, axis) for each in operands) for axis, operands in enumerate(of))
    return AxisMap((tuple(Origin("equal", each) for each in axes),), (0, 1, 2))


def _identities(node: Node, facts: Facts) -> AxisMap | None:
    ranks = [facts.rank(ref) for ref in node.inputs]
    outputs = tuple(None if rank is None else whole(at, range(rank)) for at, rank in enumerate(ranks))
    return AxisMap(outputs, tuple(range(len(ranks))))


def _bias(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node)
    if rank is None:
        return None
    channel = 1 if node.text("data_format", "NHWC").startswith("NC") else rank - 1
    both = Origin("equal", (Axis(0, channel), Axis(1, 0)))
    return AxisMap((tuple(both if axis == channel else equal(0, axis) for axis in range(rank)),), (0, 1))


def _bitcast(node: Node, facts: Facts) -> AxisMap | None:
    """The bytes of each entry read as another type; of another width, the last axis is one of bytes."""
    before, after, rank = node.dtype("T"), node.dtype("type"), rank_of(facts, node)
    if rank is None or before is None or after is None or before.numpy is None or after.numpy is None:
        return None
    sizes = before.numpy.itemsize, after.numpy.itemsize
    if sizes[0] == sizes[1]:
        return AxisMap((whole(0, range(rank)),), (0,))
    if sizes[0] > sizes[1]:
        return AxisMap(((*whole(0, range(rank)), Origin("new", size=sizes[0] // sizes[1])),), (0,))
    return AxisMap((whole(0, range(rank - 1)),), (0,))


def _quantized(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node)
    return None if rank is None else AxisMap((whole(0, range(rank)), (), ()), (0,))


def _requantized(node: Node, facts: Facts) -> AxisMap | None:
    """Without a range that is given, the steps are those of the largest entry of all."""
    rank = rank_of(facts, node)
    is_given = attribute(node, "range_given") is True
    return rank if rank is None else AxisMap((whole(0, range(rank), coupled=not is_given),), (0,))


def _switch(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node)
    if rank is None:
        return None
    count = node.integer("num_outs", 2) if node.op == "_SwitchN" else 2
    return AxisMap((whole(0, range(rank)),) * count, (0,))


def _merge(node: Node, facts: Facts) -> AxisMap | None:
    ranks = {at: rank for at, ref in enumerate(node.inputs) if (rank := facts.rank(ref)) is not None}
    if len(set(ranks.values())) != 1:
        return None
    (rank,) = set(ranks.values())
    axes = (tuple(Axis(at, axis) for at in ranks) for axis in range(rank))
    return AxisMap((tuple(Origin("either", each) for each in axes), ()), tuple(range(len(node.inputs))))


def _looked_up(node: Node, facts: Facts) -> AxisMap | None:
    """A table's values for keys, one for each."""
    rank = rank_of(facts, node, 1)
    return None if rank is None else AxisMap((whole(1, range(rank)),), (1,))


RULES: Mapping[str, Rule] = {
    **dict.fromkeys(UNARY, _unary),
    **dict.fromkeys(BROADCASTING, _broadcasting),
    **dict.fromkeys(("Switch", "RefSwitch", "_SwitchN"), _switch),
    **dict.fromkeys(("Merge", "RefMerge"), _merge),
    **dict.fromkeys(("BiasAdd", "BiasAddV1"), _bias),
    **dict.fromkeys(("LookupTableFind", "LookupTableFindV2"), _looked_up),
    **dict.fromkeys(_REQUANTIZED, _requantized),
    _SELECT: _select, "IdentityN": _identities, "Bitcast": _bitcast, "QuantizeV2": _quantized,
}  # fmt: skip
