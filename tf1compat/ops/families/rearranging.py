"""Ops that put entries and axes in another order, and join tensors or take them apart."""

from __future__ import annotations

RESHAPE = frozenset({"Reshape"})
SQUEEZE = frozenset({"Squeeze"})
EXPAND_DIMS = frozenset({"ExpandDims"})
#: The same entries in the same order, on other axes.
RESHAPES = RESHAPE | SQUEEZE | EXPAND_DIMS
TRANSPOSE = frozenset({"Transpose"})
#: An order of axes turned back into the one before.
INVERSE_ORDER = frozenset({"InvertPermutation"})
REVERSE_SEQUENCE = frozenset({"ReverseSequence"})
REVERSE_V1 = frozenset({"Reverse"})
#: Whole axes turned round.
REVERSE_AXES = REVERSE_V1 | {"ReverseV2"}
REVERSE = REVERSE_AXES | REVERSE_SEQUENCE
CONCATENATIONS = frozenset({"Concat", "ConcatV2"})
PACK = frozenset({"Pack"})
#: Tensors put side by side, along an axis that they have or along a new one.
JOINING = CONCATENATIONS | PACK
UNPACK = frozenset({"Unpack"})
EVEN_SPLIT = frozenset({"Split"})
UNEVEN_SPLIT = frozenset({"SplitV"})
#: Parts along an axis.
CUTS = EVEN_SPLIT | UNEVEN_SPLIT
SPLITS = CUTS | UNPACK
TILE = frozenset({"Tile"})
BROADCAST_TO = frozenset({"BroadcastTo"})
#: The same entries several times.
REPEATING = TILE | BROADCAST_TO
#: All entries of one tensor or several, in another arrangement.
REARRANGEMENTS = RESHAPES | TRANSPOSE | REVERSE | JOINING | SPLITS | REPEATING
PADDING = frozenset({"Pad", "PadV2", "MirrorPad"})
SPACE_TO_BATCH = frozenset({"SpaceToBatchND"})
BATCH_TO_SPACE = frozenset({"BatchToSpaceND"})
DIAGONAL = frozenset({"MatrixDiag"})
RUNNING_SUM = frozenset({"Cumsum"})
