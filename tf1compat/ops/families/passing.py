"""Ops that hand a value on as it is."""

from __future__ import annotations

from tf1compat.graph.frames import ENTER, EXIT, MERGE, NEXT_ITERATION, SWITCH

#: The op that authors name a tensor with.
IDENTITY = frozenset({"Identity"})
IDENTITIES = IDENTITY | {"RefIdentity"}
IDENTITY_N = frozenset({"IdentityN"})
STOP_GRADIENT = frozenset({"StopGradient"})
ENSURE_SHAPE = frozenset({"EnsureShape"})
CHECK_NUMERICS = frozenset({"CheckNumerics", "CheckNumericsV2"})
READ_RESOURCE = frozenset({"ReadVariableOp"})
#: Ops that hand a value on unchanged, inside one frame or into it.
TRANSPARENT = IDENTITIES | STOP_GRADIENT | READ_RESOURCE | ENTER | {
    "PreventGradient", "Snapshot", "CheckNumerics",
}  # fmt: skip
#: Ops that hand a reference on, from which a value can be written.
BY_REFERENCE = frozenset({"RefIdentity", "RefEnter", "RefExit", "RefMerge", "RefSwitch", "RefNextIteration"})
REFERENCE_SELECT = frozenset({"RefSelect"})
#: What hands a value or a handle on through v1 control flow, from one frame or branch to another.
HAND_ON = IDENTITIES | ENTER | EXIT | MERGE | NEXT_ITERATION | SWITCH
