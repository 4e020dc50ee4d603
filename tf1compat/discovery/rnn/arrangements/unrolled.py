"""Networks unrolled in the graph: `static_rnn` and its family, `rnn_decoder`, Keras with `unroll=True`.

There is no loop: the same cell stands in the graph once for each step, with the same variables.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import takewhile
from types import MappingProxyType

from tf1compat.analysis.idioms.noise.dropped import dropped_forms, undropped
from tf1compat.analysis.pattern import source
from tf1compat.discovery.findings import Layer, Rnn, StateSlice
from tf1compat.discovery.rnn.cells import StateStep
from tf1compat.discovery.rnn.looping.surroundings import Arrangement, as_given
from tf1compat.discovery.rnn.states.carrying import outside_branch, place_of
from tf1compat.discovery.rnn.unrolling.applications import Application, find_applications, variables_between
from tf1compat.discovery.rnn.unrolling.chains import Chain, find_chains
from tf1compat.discovery.rnn.unrolling.copying import (
    held_back,
    joined_states,
    length_test,
    readers,
    returned,
)
from tf1compat.discovery.rnn.unrolling.sequences import (
    BACKWARD,
    StepInputs,
    StepOutputs,
    batch_major,
    piece_of,
    reversal_of,
    step_inputs,
    step_outputs,
    turned_around,
)
from tf1compat.discovery.rnn.unrolling.stacking import Network, networks
from tf1compat.discovery.rnn.wrappers import Wrapped, unwrap
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef, leaf, lies_in, scope_of, strip_number
from tf1compat.ops.families import GREATER_EQUAL, LESS_EQUAL, READ_VARIABLE, TRANSPOSE, VARIABLES, by_op

#: Which input of a comparison the lengths are; the other one is the step.
_COMPARISONS = by_op({LESS_EQUAL: 0, GREATER_EQUAL: 1})


def find_unrolled(graph: Graph, training_nodes: frozenset[str]) -> tuple[Rnn, ...]:
    """Every recurrent network that is unrolled, in the order in which they were made."""
    chains = find_chains(graph, find_applications(graph, training_nodes))
    read: set[tuple[TensorRef, ...]] = set()
    found = []
    for network in networks(graph, chains):
        scope = _scope(graph, network)
        inputs = _inputs(graph, network, scope, read)
        read.add(inputs.steps)
        found.append(_rnn(graph, network, scope, inputs))
    return tuple(found)


def _inputs(
    graph: Graph, network: Network, scope: str, read: Collection[tuple[TensorRef, ...]]
) -> StepInputs:
    """What the steps read; backwards if they are not cut out of one tensor and another network, made before, reads
    them in the opposite order."""
    steps = [outside_branch(graph, each.input) for each in _wrapped(graph, network, network[0], scope)]
    inputs = step_inputs(graph, steps)
    if inputs.whole is None and len(steps) > 1 and inputs.steps[::-1] in read:
        return StepInputs(BACKWARD, inputs.steps[::-1])
    return inputs


def _rnn(graph: Graph, network: Network, scope: str, inputs: StepInputs) -> Rnn:
    outputs = step_outputs(graph, _returned_outputs(graph, network, scope), inputs)
    whole = as_held(graph, scope, inputs, outputs)
    layers = tuple(_layer(graph, network, each, scope) for each in network)
    return Rnn(
        scope, "static", whole.direction, whole.time_major, whole.inputs, whole.outputs,
        _sequence_length(graph, network), layers, inputs.steps, outputs.steps,
    )  # fmt: skip


def _wrapped(graph: Graph, network: Network, chain: Chain, scope: str) -> list[Wrapped]:
    """The calls of a layer with the wrappers around them; without, unless all have the same, in the network's scope.

    Outside of the scope it is the author who drops out or adds something.
    """
    bare = [Wrapped(call.match, call.input, call.match.output, call.input) for call in chain.calls]
    entrances = [call.input for call in network[0].calls]
    found = [unwrap(graph, call.match, entrances[at], ()) for at, call in enumerate(chain.calls)]
    alike = len({each.wrappers for each in found}) == 1
    within = all(_is_within(scope, *each) for each in zip(found, bare, strict=True))
    return found if alike and within else bare


def _is_within(scope: str, whole: Wrapped, bare: Wrapped) -> bool:
    made = [whole.output] * (whole.output != bare.output) + [bare.input] * (whole.input != bare.input)
    return all(lies_in(each.node, scope) for each in made)


def as_held(graph: Graph, scope: str, inputs: StepInputs, outputs: StepOutputs) -> Arrangement:
    """What the steps were cut out of and put together to, on the author's side of transposes and reversals."""
    axis = inputs.axis if inputs.axis is not None else outputs.axis
    whole, together, direction = inputs.whole, outputs.whole, inputs.direction
    before = batch_major(graph, whole, axis or 0, scope) if whole is not None else None
    if before is not None:
        whole, axis, together = before, 1, _transposed_back(graph, together, scope)
    if together is not None and axis is not None and direction == BACKWARD:
        back = reversal_of(graph, together, axis) if outputs.as_computed else None
        together = back or together
    elif whole is not None and together is not None and axis is not None:
        turned = turned_around(graph, whole, together, axis)
        whole, together, direction = (*turned, BACKWARD) if turned else (whole, together, direction)
    return Arrangement(direction, None if axis is None else axis == 0, whole, together, None)


def _transposed_back(graph: Graph, outputs: TensorRef | None, scope: str) -> TensorRef | None:
    """The outputs in the layout of inputs that were transposed for the network."""
    if outputs is None:
        return None
    turned = (TensorRef(node.name) for node in readers(graph, outputs) if node.op in TRANSPOSE)
    return next((each for each in turned if batch_major(graph, each, 0, scope) is not None), outputs)


# ----------------------------------------------------------------------------------------------- layers


def _layer(graph: Graph, network: Network, chain: Chain, scope: str) -> Layer:
    wrapped = _wrapped(graph, network, chain, scope)
    match, whole = chain.last.match, wrapped[-1]
    first, final = (_state_after(graph, network, chain, step) for step in (0, len(chain.calls) - 1))
    joined = {part for part, each in final.items() if each[1]}
    initial = {part: _before(graph, step, part in joined) for part, step in chain.first.match.states.items()}
    further = {part: each.before for part, each in wrapped[0].states.items()}
    variables = chain.last.variables | variables_between(graph, [whole.output], [whole.input, match.output])
    return Layer(
        match.cell,
        match.units,
        tuple(node.name for node in graph.nodes if node.name in variables),
        MappingProxyType({**initial, **further}),
        MappingProxyType({**_tensors(final), **_wrapper_states(graph, whole)}),
        _slices(graph, chain, joined),
        match.features,
        whole.wrappers,
        step_state=MappingProxyType({**_tensors(first), **_wrapper_states(graph, wrapped[0])}),
    )


def _tensors(states: Mapping[str, tuple[TensorRef, bool]]) -> dict[str, TensorRef]:
    return {part: tensor for part, (tensor, _) in states.items()}


def _wrapper_states(graph: Graph, whole: Wrapped) -> dict[str, TensorRef]:
    """The states that wrappers keep, after a step."""
    return {
        part: held_back(graph, each.after, outside_branch(graph, each.before or each.after))
        for part, each in whole.states.items()
    }


def _before(graph: Graph, step: StateStep, joined: bool) -> TensorRef:
    """The tensor that a state was before a call, as the author has it."""
    return as_read(graph, _base(graph, step, joined))


def as_read(graph: Graph, ref: TensorRef) -> TensorRef:
    """What is read of a variable, and not the variable."""
    if graph.producer(ref).op not in VARIABLES:
        return ref
    reads = (node for node in readers(graph, ref) if node.op in READ_VARIABLE)
    return next((TensorRef(node.name) for node in reads), ref)


def _state_after(
    graph: Graph, network: Network, chain: Chain, step: int
) -> Mapping[str, tuple[TensorRef, bool]]:
    """The tensors of a layer's state after a step, by part, and whether each is joined with others in one."""
    call = chain.calls[step]
    if step + 1 < len(chain.calls):
        taken_up = chain.calls[step + 1].match.states
        return {
            part: (_base(graph, taken_up[part], chain.joined), chain.joined) for part in call.match.states
        }
    single = len(chain.calls) == 1
    parts = [state.after for each in network for state in each.calls[step].match.states.values()]
    whole = joined_states(graph, parts) if chain.joined or single else {}
    found = {}
    for part, state in call.match.states.items():
        joined = state.after in whole and place_of(graph, state.before).begin is not None
        new = state.after
        while joined and new in whole:
            new = whole[new]
        found[part] = (_last(graph, chain, part, new, _base(graph, state, joined)), joined)
    return found


def _last(graph: Graph, chain: Chain, part: str, new: TensorRef, old: TensorRef) -> TensorRef:
    """The state after the last step as the author gets it, dropped out if it is between the steps."""
    held = held_back(graph, new, old)
    steps = [call.match.states[part] for call in chain.calls[:2]]
    first = held_back(graph, steps[0].after, _base(graph, steps[0], False))
    if chain.joined or len(steps) == 1 or first == _base(graph, steps[1], False):
        return held
    forms = [held_back(graph, each, old) for each in dropped_forms(graph, new)]
    further = [each for each in forms if undropped(graph, each) is None]
    return next(iter(further or forms), held)


def _base(graph: Graph, step: StateStep, joined: bool) -> TensorRef:
    """The tensor outside of branches that a state was before a call."""
    return place_of(graph, step.before).base if joined else outside_branch(graph, step.before)


def _slices(graph: Graph, chain: Chain, joined: Iterable[str]) -> Mapping[str, StateSlice]:
    states = chain.first.match.states
    parts = sorted(joined, key=list(states).index)
    found = {part: place_of(graph, states[part].before).slice for part in parts}
    return MappingProxyType({part: each for part, each in found.items() if each is not None})


# ------------------------------------------------------------------------------------------ around them


def _returned_outputs(graph: Graph, network: Network, scope: str) -> list[TensorRef]:
    """The output of each step as the author gets it, in the order of the steps."""
    found: list[TensorRef] = []
    calls = zip(network[-1].calls, _wrapped(graph, network, network[-1], scope), strict=True)
    for call, whole in calls:
        found.append(returned(graph, whole.output, _olds(graph, call), found[-1] if found else None))
    return found


def _olds(graph: Graph, call: Application) -> set[TensorRef]:
    states = call.match.states.values()
    return {outside_branch(graph, each.before) for each in states} | {
        place_of(graph, each.before).base for each in states
    }


def _sequence_length(graph: Graph, network: Network) -> TensorRef | None:
    """What the number of the step is compared with where the state is held back."""
    for call in network[-1].calls:
        for state in call.match.states.values():
            test = length_test(graph, state.after, _olds(graph, call))
            node = graph.producer(source(graph, test)) if test is not None else None
            if node is not None and node.op in _COMPARISONS:
                return as_given(graph, outside_branch(graph, node.inputs[_COMPARISONS[node.op]]))
    return None


def _scope(graph: Graph, network: Network) -> str:
    """The scope in which the network was made: around those of its cells, and of their variables."""
    made = innermost_scope(call.match.output.node for chain in network for call in chain.calls)
    owned = innermost_scope(name for chain in network for name in chain.first.variables)
    piece = piece_of(graph, network[0].first.input)
    if piece is not None and lies_in(piece.whole.node, made):
        return made  # of a layer that has no cell of its own
    alone = len(network) == 1 and len(network[0].calls) == 1 and lies_in(f"{owned}/", made)
    if alone or strip_number(leaf(made)) == strip_number(leaf(owned)):
        made = scope_of(made) or made
    made = _outside_conditionals(made, owned)
    entered = made
    while entered and leaf(entered) == leaf(scope_of(entered)):
        entered = scope_of(entered)  # a variable scope that was entered again
    return entered if lies_in(f"{owned}/", entered) else made


def _outside_conditionals(made: str, owned: str) -> str:
    """A scope without those of a `cond` in it, as far as the variables do not lie in them too."""
    common = innermost_scope((f"{made}/", f"{owned}/"))
    shared = len(common.split("/")) if common else 0
    parts = made.split("/")
    ends = (at for at, part in enumerate(parts) if at >= shared and strip_number(part) == "cond")
    return "/".join(parts[: next(ends, len(parts))])


def innermost_scope(names: Iterable[str]) -> str:
    """The innermost scope that all of the names lie in."""
    scopes = [name.split("/")[:-1] for name in names]
    shared = takewhile(lambda level: len(set(level)) == 1, zip(*scopes, strict=False))
    return "/".join(level[0] for level in shared)
