"""Kinds of ops that the walk and the demands both tell apart."""

from __future__ import annotations

from tf1compat.graph.frames import ENTER, EXIT, NEXT_ITERATION, SWITCH

#: Ops whose result has the dimensions of their first input.
PASSING = frozenset({
    "Identity", "StopGradient", "PreventGradient", "Snapshot", "Cast", "CheckNumerics", "EnsureShape", "Sigmoid",
    "Tanh", "Relu", "Relu6", "Elu", "Selu", "Softplus", "Softsign", "Softmax", "LogSoftmax", "Exp", "Log", "Log1p",
    "Expm1", "Neg", "Abs", "Sqrt", "Rsqrt", "Square", "Sign", "Floor", "Ceil", "Round", "Reciprocal", "Inv", "Sin",
    "Cos", "Tan", "Erf", "Digamma", "Lgamma", "IsInf", "LogicalNot", "ZerosLike", "OnesLike",
    "LeakyRelu", "Reverse", "ReverseV2", "ReverseSequence", "Cumsum", "Cumprod", "BiasAdd", "BiasAddV1",
    "IsNan", "IsFinite", "Print", "ClipByValue", "LRN",
}) | ENTER | EXIT | NEXT_ITERATION | SWITCH  # fmt: skip
#: Ops that combine all their inputs entry by entry.
COMBINING = frozenset({
    "Add", "AddV2", "AddN", "Sub", "Mul", "Div", "RealDiv", "FloorDiv", "TruncateDiv", "FloorMod", "Mod", "Maximum",
    "Minimum", "Pow", "SquaredDifference", "Less", "LessEqual", "Greater", "GreaterEqual", "Equal", "NotEqual",
    "LogicalAnd", "LogicalOr", "SelectV2", "DivNoNan", "Atan2",
})  # fmt: skip
