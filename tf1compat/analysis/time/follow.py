"""What each op leaves of the steps of a sequence, derived from what it does to axes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from tf1compat.analysis.constants import scalar
from tf1compat.analysis.pattern import source
from tf1compat.analysis.shapes.copies.pieces import begin_along
from tf1compat.analysis.shapes.dimensions import TIME, Dims, axis_of
from tf1compat.analysis.shapes.lists import puts_steps_together
from tf1compat.analysis.shapes.rows.partitions import is_put_back, rows_of_parts
from tf1compat.analysis.shapes.rows.picked import takes_numbers
from tf1compat.analysis.shapes.rows.row_numbers import OwnRows, own_rows
from tf1compat.analysis.shapes.sizes import vector_at
from tf1compat.analysis.shapes.uniform import is_uniform
from tf1compat.analysis.shapes.walk import Picked, Walk
from tf1compat.analysis.time.time_axis import COUNTED, KEPT, LAST, LAST_STEP, POSITION, STILL, Trace, mixed
from tf1compat.analysis.time.turns import goes_with_turns, trace_with_turns
from tf1compat.analysis.value_sources import value_sources
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.axes import Axis, AxisMap, Ended, Origin
from tf1compat.ops.registry import data_operands

_GATHERS = families.GATHER | families.GATHER_ND
_UNKNOWN = "is not known to treat each step alike"
_DEPENDS = "makes each step depend on others"


def traces_after(walk: Walk, node: Node, found: AxisMap | None, made: Sequence[Dims]) -> tuple[Trace, ...]:
    """What each of a node's outputs holds of the steps; `made` are their dimensions."""
    if goes_with_turns(node):
        return (trace_with_turns(walk, node, made),)
    if node.name in walk.picked:
        return (_of_picked(walk, node, walk.picked[node.name]),) * len(made)
    if found is not None and is_put_back(walk, node):
        return (_of_parts(walk, node),) * len(found.outputs)
    apart = _steps_apart(walk, node, found)
    if apart or found is None or len(found.outputs) < 2:
        return apart or (_trace_after(walk, node, found, made),)
    return tuple(
        _trace_after(walk, node, _of_output(found, index), made[index : index + 1])
        for index in range(len(found.outputs))
    )


def _of_parts(walk: Walk, node: Node) -> Trace:
    """Rows that come back in their order are of the steps that they were of."""
    return _together(walk, node, rows_of_parts(node))


def _together(walk: Walk, node: Node, refs: Iterable[TensorRef]) -> Trace:
    """The one trace of tensors that are all of the same steps, or of none."""
    moving = {walk.trace(ref) for ref in refs} - {STILL}
    if len(moving) > 1:
        return next((each for each in moving if each.kind == "mixed"), mixed(node.name, _DEPENDS))
    return moving.pop() if moving else STILL


def _of_picked(walk: Walk, node: Node, picked: Picked) -> Trace:
    """Rows that are picked, and those that are put back, are of the steps that they were of."""
    found = _together(walk, node, picked.refs)
    together = any(dim is not None and TIME in dim for dim in picked.together)
    return mixed(node.name, _DEPENDS) if found == KEPT and together else found


def _of_output(found: AxisMap, index: int) -> AxisMap:
    """What an op does for one of its outputs, with the operands that this one is made of."""
    origins = found.outputs[index]
    if origins is None:
        return AxisMap((None,), found.values, found.ended)
    read = {axis.operand for origin in origins for axis in origin.of}
    ended = tuple(each for each in found.ended if each.axis.operand in read)
    return AxisMap((origins,), tuple(at for at in found.values if at in read), ended)


def _steps_apart(walk: Walk, node: Node, found: AxisMap | None) -> tuple[Trace, ...]:
    """The steps one by one, where a node takes them apart; nothing where it does not."""
    value = data_operands(node)[0] if node.op in families.SPLITS else None
    if found is None or value is None or walk.trace(value) != KEPT:
        return ()
    dims, count = walk.of(value), len(found.outputs)
    axis = axis_of(TIME, dims)
    dim = None if axis is None or dims is None else dims[axis]
    if axis is None or dim is None or dim[0] != TIME or walk.numbers.get(TIME) != count:
        return ()  # rows of all steps are taken apart where time is the outer factor
    taken = {each.axis.axis for each in found.ended} | {
        each.axis for origin in found.outputs[0] or () if origin.kind == "part" for each in origin.of
    }
    return tuple(numbered(walk, number) for number in range(count)) if axis in taken else ()


def _trace_after(walk: Walk, node: Node, found: AxisMap | None, made: Sequence[Dims]) -> Trace:
    if node.op in families.SHAPES:
        return STILL
    if node.op in families.RANGE:
        return _counted_positions(walk, node)
    if puts_steps_together(walk, node):
        return KEPT
    if takes_numbers(walk, node) and any(walk.trace(ref) != STILL for ref in node.inputs):
        return mixed(node.name, "takes the numbers of steps for values")
    own = own_rows(walk, node)
    if own is not None:
        return _of_own_rows(walk, node, own)
    operands = [node.inputs[at] for at in found.values] if found is not None else list(node.inputs)
    traces = [walk.trace(ref) for ref in operands]
    return _of_operands(walk, node, found, made, traces)


def _of_operands(
    walk: Walk, node: Node, found: AxisMap | None, made: Sequence[Dims], traces: Sequence[Trace]
) -> Trace:
    kinds = {each.kind for each in traces}
    if "mixed" in kinds:
        return next(each for each in traces if each.kind == "mixed")
    if kinds <= {"still", "counted"} and node.name not in walk.marks:
        return COUNTED if "counted" in kinds else STILL
    if node.op in _GATHERS and ("kept" in kinds or "single" in kinds):
        return _gathered(walk, node, found, made)
    if node.name in walk.marks:
        return KEPT
    if "turn" in kinds:
        return _one_turn(node, traces)
    if "position" in kinds:
        return _positions(node, kinds, made)
    if "kept" not in kinds:
        return _single(node, traces)
    if kinds & {"single", "counted"}:
        return mixed(node.name, "brings what the whole sequence comes to into every step")
    return _kept(walk, node, found, made)


def _single(node: Node, traces: Iterable[Trace]) -> Trace:
    """Of one step: the same, if all that have a step have this one."""
    if any(each.kind == "counted" for each in traces):
        only_last = all(each.number == LAST_STEP for each in traces if each.kind == "single")
        return LAST if only_last else mixed(node.name, "brings the lengths into one step")
    numbers = {each.number for each in traces if each.kind == "single"}
    if len(numbers) == 1:
        return Trace("single", numbers.pop())
    return mixed(node.name, "brings several steps together")


def _one_turn(node: Node, traces: Iterable[Trace]) -> Trace:
    """Of the step whose turn it is in a loop, and of what is the same for all."""
    turns = {each for each in traces if each.kind != "still"}
    return turns.pop() if len(turns) == 1 else mixed(node.name, _DEPENDS)


def _counted_positions(walk: Walk, node: Node) -> Trace:
    """`range(T)`, and `range(max(lengths))`: the number of each step."""
    limit = vector_at(walk, node, 1)
    timed = limit is not None and limit[0] is not None and TIME in limit[0]
    return POSITION if timed or walk.trace(node.inputs[1]).kind == "counted" else STILL


def _positions(node: Node, kinds: AbstractSet[str], made: Sequence[Dims]) -> Trace:
    """Numbers of steps stay such; held against the lengths, they mark which steps each sequence has."""
    if node.op in families.ORDERINGS and kinds <= {"position", "counted", "still"} and "counted" in kinds:
        return KEPT
    if kinds <= {"position", "still"} and axis_of(TIME, made[0] if made else None) is not None:
        return POSITION
    return mixed(node.name, "brings the number of the step into it")


# ------------------------------------------------------------------------------------------- along an axis


def _kept(walk: Walk, node: Node, found: AxisMap | None, made: Sequence[Dims]) -> Trace:
    if found is None:
        return _reshaped(walk, node, made)
    for at in found.values:
        ref = node.inputs[at]
        if walk.trace(ref).kind != "kept":
            continue
        axis = axis_of(TIME, walk.of(ref))
        if axis is None:
            return mixed(node.name, _UNKNOWN)
        left = _what_is_left(walk, node, found, Axis(at, axis))
        if left != KEPT:
            return left
    return KEPT


def _reshaped(walk: Walk, node: Node, made: Sequence[Dims]) -> Trace:
    followed = node.op in families.RESHAPE and node.name not in walk.lost
    if followed and axis_of(TIME, made[0]) is not None:
        return KEPT
    return mixed(
        node.name,
        "takes time apart, or puts it in rows with something else"
        if node.op in families.RESHAPE
        else _UNKNOWN,
    )


def _what_is_left(walk: Walk, node: Node, found: AxisMap, time: Axis) -> Trace:
    """What outputs hold of the steps that lie along an axis of an operand."""
    origins = [
        next((each for each in output if time in each.of), None)
        for output in found.outputs
        if output is not None
    ]
    if None in found.outputs:
        return mixed(node.name, _UNKNOWN)
    ended = next((each for each in found.ended if each.axis == time), None)
    if ended is not None or None in origins:
        return _ended(walk, node, ended)
    for origin in origins:
        if origin is not None and not _keeps_apart(walk, node, origin, time):
            return _taken(walk, node, origin)
    return KEPT


def _keeps_apart(walk: Walk, node: Node, origin: Origin, time: Axis) -> bool:
    """Whether each step is computed of itself, and of what is the same for all steps."""
    if origin.coupled or origin.kind not in ("equal", "broadcast", "either"):
        return False
    return all(_is_alike(walk, node.inputs[each.operand], each.axis) for each in origin.of if each != time)


def _is_alike(walk: Walk, ref: TensorRef, axis: int) -> bool:
    """Whether a tensor has a step's own entry at each step, or the same at all."""
    dims = walk.of(ref)
    dim = dims[axis] if dims is not None and axis < len(dims) else None
    if walk.trace(ref).kind == "kept":
        whole = next((each for each in (dims or ()) if each is not None and TIME in each), None)
        return dim == whole
    return dim == () or is_uniform(walk, ref, axis)


def _taken(walk: Walk, node: Node, origin: Origin) -> Trace:
    """A step cut out of the sequence at a constant place, its axis left with one entry."""
    if origin.kind == "part" and origin.size == 1 and not origin.coupled:
        begin = _begin_of_part(walk, node, origin)
        if begin is not None:
            return numbered(walk, begin)
    return mixed(node.name, _DEPENDS)


def _begin_of_part(walk: Walk, node: Node, origin: Origin) -> int | None:
    """Where a slice begins along an axis, if it is one whose steps have numbers."""
    if node.op not in families.SLICES or walk.numbers.get(TIME) is None:
        return None
    return begin_along(walk, node, origin.of[0].axis)


def numbered(walk: Walk, number: int) -> Trace:
    """The trace of one step of a sequence, the last one told as such."""
    steps = walk.numbers.get(TIME)
    return (
        LAST
        if number == LAST_STEP or (steps is not None and number == steps - 1)
        else Trace("single", number)
    )


def _ended(walk: Walk, node: Node, ended: Ended | None) -> Trace:
    if ended is not None and ended.how == "picked" and ended.index is not None:
        known = walk.numbers.get(TIME) is not None
        if ended.index == LAST_STEP or (known and ended.index >= 0):
            return numbered(walk, ended.index)
    if (
        ended is not None
        and ended.how == "reduced"
        and node.op in families.SUM
        and _marks_steps(walk.graph, node.inputs[0])
    ):
        return COUNTED
    reason = {"contracted": "sums up over the steps", "reduced": "makes one of all steps"}
    return mixed(node.name, reason.get(ended.how if ended else "", "takes some of the steps"))


def _marks_steps(graph: Graph, ref: TensorRef) -> bool:
    """Whether a tensor holds a one for each step of a sequence, and zeros behind its end."""
    node = graph.producer(source(graph, ref))
    while node.op in families.CAST:
        node = graph.producer(source(graph, node.inputs[0]))
    return node.op in families.SIGN | families.NOT_EQUAL | families.GREATER | families.LOGICAL_NOT


# ------------------------------------------------------------------------------------------------ gathers


def _gathered(walk: Walk, node: Node, found: AxisMap | None, made: Sequence[Dims]) -> Trace:
    """A table looked up for each step; or of all steps the one that the lengths say is the last."""
    table, indices = walk.trace(node.inputs[0]), walk.trace(node.inputs[1])
    if table.kind == "still" and indices.kind == "kept" and found is not None:
        return _kept(walk, node, found, made)
    if table.kind == "kept" and indices.kind == "kept":
        return _looked_up_by_step(walk, node, found, made)
    if table.kind == "kept" and indices.kind == "still" and _keeps_time(walk, node, found):
        return KEPT
    if "single" in (table.kind, indices.kind) and {table.kind, indices.kind} <= {"single", "still"}:
        return _single(node, (table, indices))
    if table == LAST and indices.kind == "counted":
        return mixed(node.name, "takes entries of the last step by the lengths")
    last = table.kind == "kept" and indices.kind != "single" and _counts_to_last(walk, node.inputs[1])
    return LAST if last else mixed(node.name, "takes some of the steps")


def _of_own_rows(walk: Walk, node: Node, own: OwnRows) -> Trace:
    """What is taken out of each row, or put into it, is of the steps of that row."""
    found = _together(walk, node, (*own.rows, *own.rest))
    if found.kind in ("still", "mixed"):
        return found
    if found != KEPT:
        return found
    axis = axis_of(TIME, own.dims)
    places = {
        (axis_of(TIME, walk.of(ref)) or 0) + max(0, len(own.dims) - (walk.rank(ref) or 0))
        for ref in own.rest
        if walk.trace(ref) == KEPT
    }
    rows = {axis_of(TIME, walk.of(ref)) for ref in own.rows if walk.trace(ref) == KEPT}
    if own.puts:
        aligned = rows | places <= {axis}
    else:
        aligned = places <= {axis} and all(at is not None and at < len(own.counted) for at in rows)
    return KEPT if aligned and axis_of(TIME, own.counted) is not None else mixed(node.name, _DEPENDS)


def _looked_up_by_step(walk: Walk, node: Node, found: AxisMap | None, made: Sequence[Dims]) -> Trace:
    shared = node.integer("batch_dims")
    return _kept(walk, node, found, made) if shared and found is not None else mixed(node.name, _DEPENDS)


def _keeps_time(walk: Walk, node: Node, found: AxisMap | None) -> bool:
    axis = axis_of(TIME, walk.of(node.inputs[0]))
    return found is not None and axis is not None and _what_is_left(walk, node, found, Axis(0, axis)) == KEPT


def _counts_to_last(walk: Walk, ref: TensorRef) -> bool:
    """Whether indices come from the sequences' lengths, or are one less than a size."""
    behind = value_sources(walk.graph, ref)
    fed = {name for name in behind if walk.graph[name].op in families.PLACEHOLDERS}
    if fed:
        return bool(behind & walk.lengths) and fed <= walk.lengths
    node = walk.graph.producer(source(walk.graph, ref))
    return (
        node.op in families.SUBTRACTION
        and scalar(walk.graph, node.inputs[1]) == 1
        and any(walk.graph[name].op in families.SHAPES for name in behind)
    )
