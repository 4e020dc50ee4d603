"""Discovery: everything that can be known of a model from its files alone."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType

from tf1compat.discovery.blockers import find_blockers
from tf1compat.discovery.findings import Findings
from tf1compat.discovery.flow import Flow
from tf1compat.discovery.freezes import find_freezes
from tf1compat.discovery.hazards import find_hazards, kept_state_hazards
from tf1compat.discovery.inputs import find_inputs
from tf1compat.discovery.labels import label_candidates
from tf1compat.discovery.outputs import find_outputs
from tf1compat.discovery.rnn import find_rnns
from tf1compat.discovery.rnn.states.origins import find_kept_states, with_origins
from tf1compat.discovery.rnn.states.pairing import find_pairings
from tf1compat.discovery.training import find_training_nodes
from tf1compat.discovery.variables import find_variables, trainable_variables
from tf1compat.graph.collector import resting_collector
from tf1compat.graph.frames import find_frames
from tf1compat.source.model import LegacyModel


@resting_collector()
def discover(model: LegacyModel) -> Findings:
    """All that discovery finds in a model; the same model gives the same findings, and no file is read."""
    graph = model.meta_graph.graph
    training = find_training_nodes(graph)
    flow = Flow(graph, training)
    rnns = with_origins(graph, find_rnns(graph, training), trainable_variables(model))
    kept_states = find_kept_states(graph, rnns)
    pairings = find_pairings(graph, rnns)
    freezes = find_freezes(flow)
    outputs = find_outputs(flow, rnns, model.meta_graph.node_collections)
    inputs = find_inputs(flow, rnns, pairings, freezes, outputs)
    variables = find_variables(model, flow, outputs)
    return Findings(
        inputs=inputs,
        outputs=outputs,
        rnns=rnns,
        pairings=pairings,
        kept_states=kept_states,
        variables=variables,
        labels=label_candidates(model),
        freezes=freezes,
        hazards=(*find_hazards(flow, inputs, outputs, variables, freezes), *kept_state_hazards(kept_states)),
        blockers=find_blockers(flow, outputs),
        frames=len(find_frames(graph)),
        op_types=MappingProxyType(dict(Counter(node.op for node in graph.nodes))),
        training_nodes=training,
    )
