"""Matrices on the last two axes, decomposed, inverted or solved: every entry of a result needs all of its matrix."""

from __future__ import annotations

from collections.abc import Mapping

from tf1compat.graph.model import Node
from tf1compat.ops.axes.axis_map import (
    Axis,
    AxisMap,
    Ended,
    Facts,
    Origin,
    Origins,
    Rule,
    equal,
    rank_of,
    whole,
)
from tf1compat.ops.axes.reductions import coupled


def _matrix(node: Node, facts: Facts) -> AxisMap | None:
    """Each matrix turned into one of its size."""
    rank = rank_of(facts, node)
    return None if rank is None or rank < 2 else coupled(rank, [rank - 2, rank - 1])


def _ended(operand: int, rank: int) -> tuple[Ended, Ended]:
    return Ended(Axis(operand, rank - 2), "reduced"), Ended(Axis(operand, rank - 1), "reduced")


def _determinant(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node)
    if rank is None or rank < 2:
        return None
    return AxisMap((whole(0, range(rank - 2)),) * 2, (0,), _ended(0, rank))


def _solved(node: Node, facts: Facts) -> AxisMap | None:
    """`MatrixSolve(matrix, rhs)`: the columns of the right side apart, each against the whole matrix."""
    rank, own = rank_of(facts, node), rank_of(facts, node, 1)
    if rank is None or rank < 2 or rank != own:
        return None
    leading = tuple(Origin("equal", (Axis(0, axis), Axis(1, axis))) for axis in range(rank - 2))
    rows = equal(1, rank - 2, coupled=True) if "Ls" not in node.op else equal(0, rank - 1, coupled=True)
    return AxisMap(((*leading, rows, equal(1, rank - 1)),), (0, 1), _ended(0, rank))


def _tridiagonal(node: Node, facts: Facts) -> AxisMap | None:
    """`TridiagonalSolve(diagonals, rhs)`, the three diagonals on the last axis but one."""
    rank = rank_of(facts, node)
    if rank is None or rank < 2:
        return None
    at = len(node.inputs) - 1
    leading = tuple(Origin("equal", (Axis(0, axis), Axis(at, axis))) for axis in range(rank - 2))
    found = (*leading, equal(at, rank - 2, coupled=True), equal(at, rank - 1))
    return AxisMap((found,), tuple(range(at + 1)), _ended(0, rank))


def _of_matrix(node: Node, facts: Facts) -> AxisMap | None:
    """Values, vectors and factors: of each matrix for itself."""
    rank = rank_of(facts, node)
    if rank is None or rank < 2:
        return None
    leading = whole(0, range(rank - 2))
    vector: Origins = (*leading, Origin("new"))
    matrix: Origins = (*leading, Origin("new"), Origin("new"))
    outputs = {"v": vector, "m": matrix}
    return AxisMap(tuple(outputs[each] for each in _FACTORS[node.op]), (0,), _ended(0, rank))


#: The results of a decomposition: m, a matrix; v, a vector.
_FACTORS: Mapping[str, str] = {
    "Qr": "mm", "Svd": "vmm", "BatchSvd": "vmm", "SelfAdjointEigV2": "vm", "BatchSelfAdjointEigV2": "vm",
    "SelfAdjointEig": "m", "BatchSelfAdjointEig": "m", "Eig": "vm", "Lu": "mv",
}  # fmt: skip


def _diagonal(node: Node, facts: Facts) -> AxisMap | None:
    """Vectors on the last axis become matrices that hold them on the diagonal."""
    rank = rank_of(facts, node)
    if rank is None or rank < 1 or not _is_main(node, facts):
        return None
    last = equal(0, rank - 1, coupled=True)
    return AxisMap(((*whole(0, range(rank - 1)), last, last),), (0,))


def _is_main(node: Node, facts: Facts) -> bool:
    """Whether it is the main diagonal alone that goes into matrices of its own size; later versions read which."""
    if len(node.inputs) < 4:
        return True
    which = facts.constant(node.inputs[1])
    sizes = [facts.constant(node.inputs[at]) for at in (2, 3)]
    return (
        which is not None
        and not which.any()
        and all(each is not None and each.ravel()[0] < 0 for each in sizes)
    )


def _diagonal_part(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node)
    if rank is None or rank < 2:
        return None
    return AxisMap(((*whole(0, range(rank - 2)), Origin("new")),), (0,), _ended(0, rank))


def _diagonal_set(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node)
    if rank is None or rank < 2:
        return None
    leading = tuple(Origin("equal", (Axis(0, axis), Axis(1, axis))) for axis in range(rank - 2))
    matrix = tuple(equal(0, axis, coupled=True) for axis in (rank - 2, rank - 1))
    return AxisMap(((*leading, *matrix),), (0, 1), (Ended(Axis(1, rank - 2), "reduced"),))


def _whole_diagonal(node: Node, facts: Facts) -> AxisMap | None:
    """`Diag`: a tensor of any rank on the diagonal of one of twice the rank."""
    rank = rank_of(facts, node)
    axes = () if rank is None else tuple(equal(0, axis, coupled=True) for axis in range(rank))
    return None if rank is None else AxisMap(((*axes, *axes),), (0,))


RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("MatrixBandPart", "BatchMatrixBandPart", "MatrixInverse", "BatchMatrixInverse", "Cholesky",
                     "BatchCholesky", "MatrixExponential", "MatrixSquareRoot", "MatrixLogarithm"), _matrix),
    **dict.fromkeys(("MatrixDeterminant", "BatchMatrixDeterminant", "LogMatrixDeterminant"), _determinant),
    **dict.fromkeys(("MatrixSolve", "BatchMatrixSolve", "MatrixTriangularSolve", "BatchMatrixTriangularSolve",
                     "BandedTriangularSolve", "MatrixSolveLs", "BatchMatrixSolveLs"), _solved),
    **dict.fromkeys(("TridiagonalSolve", "TridiagonalMatMul"), _tridiagonal),
    **dict.fromkeys(_FACTORS, _of_matrix),
    **dict.fromkeys(("MatrixDiag", "BatchMatrixDiag", "MatrixDiagV2", "MatrixDiagV3"), _diagonal),
    **dict.fromkeys(("MatrixDiagPart", "BatchMatrixDiagPart", "MatrixDiagPartV2", "MatrixDiagPartV3"), _diagonal_part),
    **dict.fromkeys(("MatrixSetDiag", "BatchMatrixSetDiag", "MatrixSetDiagV2", "MatrixSetDiagV3"), _diagonal_set),
    "Diag": _whole_diagonal,
}  # fmt: skip
