"""GatherTree, which TF2 does not have: beams are walked back from their last step by a functional While.

Source: tensorflow/contrib/seq2seq/kernels/beam_search_ops.cc and its GPU form, which gives -1 where a parent id is
none of the beams (the CPU form fails there). Until TF 1.4 the op had no end token and a length for each beam.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import GATHER_TREE
from tf1compat.rewrite.base import Outcome, substitute
from tf1compat.rewrite.control_flow.functions import with_functions
from tf1compat.rewrite.emit import BOOL, INT, VARIANT, Emitter, LoopBody

_MADE_BY = "gather_tree"
_NONE = -1  # what stands where there is no beam


def gather_tree_to_loop(graph: Graph) -> Outcome:
    """No GatherTree is left: each is a loop over the steps, last to first."""
    found = [node for node in graph.nodes if node.op in GATHER_TREE]
    for node in found:
        emitter = Emitter(node.name, _MADE_BY, graph.by_name)
        beams = _beams(emitter, node)
        made = replace(node, op="Identity", inputs=(beams,), made_by=_MADE_BY)
        graph = substitute(graph, {node.name: made}, emitter.nodes)
        graph = with_functions(graph, *emitter.functions)
    return Outcome(graph, len(found), "GatherTree became a loop that walks the beams back")


class _Sizes(NamedTuple):
    """Scalars: how many steps, examples and beams there are."""

    steps: TensorRef
    batch: TensorRef
    beams: TensorRef


def _beams(emitter: Emitter, node: Node) -> TensorRef:
    steps, parents, lengths, *end = node.inputs
    dtype = node.dtype() or INT
    sizes = _Sizes(*(emitter.dimension(steps, axis, dtype) for axis in range(3)))
    if end:  # one length for each example
        lengths = emitter("ExpandDims", lengths, emitter.constant(1), T=INT, Tdim=INT)
    filler = end[0] if end else emitter.constant(_NONE, dtype)
    beams, broken = _walked_back(emitter, sizes, (steps, parents, lengths, filler), dtype)
    return _ended(emitter, beams, broken, end[0], dtype) if end else beams


def _walked_back(
    emitter: Emitter, sizes: _Sizes, given: tuple[TensorRef, ...], dtype: DType
) -> tuple[TensorRef, TensorRef]:
    """The ids along each beam [steps, batch, beams], and which beams met a parent that is none [batch, beams]."""
    table = emitter("Pack", sizes.batch, sizes.beams, N=2, T=INT)
    own = emitter("Range", emitter.constant(0), sizes.beams, emitter.constant(1), Tidx=INT)
    start = emitter("BroadcastTo", own, table, T=INT, Tidx=INT)
    sound = emitter("Fill", table, emitter.constant(False, BOOL), T=BOOL, index_type=INT)
    written = emitter("TensorListReserve", table, sizes.steps, element_dtype=dtype, shape_type=INT)
    body = _step_back(dtype)
    written, _, broken = emitter.loop(sizes.steps, body, (written, start, sound), (*given, sizes.beams))
    beams = emitter("TensorListStack", written, table, element_dtype=dtype, num_elements=-1)
    return beams, broken


def _step_back(dtype: DType) -> LoopBody:
    """One step: where a beam goes on, its id at this step and its parent; the filler where it has not begun."""
    body = LoopBody(
        _MADE_BY, (VARIANT, INT, BOOL), (dtype, dtype, INT, dtype, INT),
        shapes=(Shape(()), Shape((None, None)), Shape((None, None))),
    )  # fmt: skip
    written, beam, broken = body.carried
    steps, parents, lengths, filler, count = body.invariants
    last = body("Sub", body.turns, body.constant(1), T=INT)
    step = body("Sub", last, body.turn, T=INT)
    begun = body("Less", step, lengths, T=INT)
    known = body(
        "LogicalAnd",
        body("GreaterEqual", beam, body.constant(0), T=INT),
        body("Less", beam, count, T=INT),
    )
    place = body("SelectV2", known, beam, body.constant(0), T=INT)
    ids, next_beam = (_along(body, table, step, place, dtype) for table in (steps, parents))
    none = body.constant(_NONE, dtype)
    ids = body("SelectV2", begun, body("SelectV2", known, ids, none, T=dtype), filler, T=dtype)
    next_beam = body("SelectV2", begun, body("SelectV2", known, next_beam, none, T=dtype), beam, T=dtype)
    lost = body("LogicalAnd", begun, body("LogicalNot", known))
    written = body("TensorListSetItem", written, step, ids, element_dtype=dtype)
    body.results = (written, next_beam, body("LogicalOr", broken, lost))
    return body


def _along(body: LoopBody, table: TensorRef, step: TensorRef, place: TensorRef, dtype: DType) -> TensorRef:
    """What a table [steps, batch, beams] holds at a step for each beam's place."""
    row = body(
        "GatherV2", table, step, body.constant(0), Tparams=dtype, Tindices=INT, Taxis=INT, batch_dims=0
    )
    return body(
        "GatherV2", row, place, body.constant(1), Tparams=dtype, Tindices=INT, Taxis=INT, batch_dims=1
    )


def _ended(emitter: Emitter, beams: TensorRef, broken: TensorRef, end: TensorRef, dtype: DType) -> TensorRef:
    """The end token wherever one came before; beams that met a parent that is none stay as they are."""
    ends = emitter("Equal", beams, end, T=dtype)
    counted = emitter("Cast", ends, SrcT=BOOL, DstT=INT)
    before = emitter("Cumsum", counted, emitter.constant(0), exclusive=True, reverse=False, T=INT, Tidx=INT)
    past = emitter("Greater", before, emitter.constant(0), T=INT)
    past = emitter("LogicalAnd", past, emitter("LogicalNot", broken))
    return emitter("SelectV2", past, end, beams, T=dtype)
