"""Discovery: everything that can be known of a model from its files alone."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.training import find_training_nodes
from tf1compat.discovery.batch_norm.followed import find_followed
from tf1compat.discovery.batch_norm.inference import with_averages
from tf1compat.discovery.batch_norm.normalisations import find_normalisations
from tf1compat.discovery.batch_norm.untouched import is_saved_in, untouched_in
from tf1compat.discovery.described import findings_of
from tf1compat.discovery.findings import Findings
from tf1compat.discovery.inputs import find_inputs, find_serialized
from tf1compat.discovery.labels import label_candidates
from tf1compat.discovery.outputs import arrange, find_outputs
from tf1compat.discovery.rnn import find_rnns
from tf1compat.discovery.rnn.states.origins import find_kept_states, with_origins
from tf1compat.discovery.rnn.states.pairing import find_pairings
from tf1compat.discovery.tables import find_tables
from tf1compat.discovery.training_mode.freezes import find_freezes, values
from tf1compat.discovery.unsupported import find_unsupported
from tf1compat.discovery.variables import find_variables, trainable_variables
from tf1compat.graph.collector import resting_collector
from tf1compat.graph.frames import find_frames
from tf1compat.source.model import LegacyModel


@resting_collector()
def discover(model: LegacyModel) -> Findings:
    """All that discovery finds in a model; the same model gives the same findings. Of the files,
    only the moving averages of batch normalisation and small averages of weights are read."""
    if model.keras is not None and not model.is_built:
        return findings_of(model, model.keras)
    graph = model.meta_graph.graph
    training = find_training_nodes(graph)
    flow = ForwardGraph(graph, training)
    rnns = with_origins(graph, find_rnns(graph, training), trainable_variables(model))
    kept_states = find_kept_states(graph, rnns)
    pairings = find_pairings(graph, rnns)
    freezes = find_freezes(flow)
    stored = {each.name for each in find_variables(model, flow, ()) if each.in_checkpoint}
    arranged = arrange(flow, find_outputs(flow, rnns, model.meta_graph.node_collections), stored)
    outputs = tuple(each for each in arranged.outputs if each.signature)
    inputs = find_inputs(flow, rnns, pairings, freezes, outputs)
    offered = [each.tensor for each in outputs if each.role != "loss"]
    kept = {each.variable for each in kept_states}
    followed = find_followed(flow, offered, values(freezes), kept, is_saved_in(model))
    flow = ForwardGraph(with_averages(graph, followed), training)
    normalisations = find_normalisations(
        flow, offered, values(freezes), is_saved_in(model), untouched_in(model)
    )
    averages = [average for each in normalisations if each.is_averaged for average in each.averages]
    flow = ForwardGraph(with_averages(flow.graph, dict.fromkeys(averages)), training)
    tables = find_tables(model)
    return Findings(
        inputs=inputs,
        serialized=find_serialized(flow, inputs),
        outputs=arranged.outputs,
        entry_points=arranged.entry_points,
        rnns=rnns,
        pairings=pairings,
        kept_states=kept_states,
        variables=find_variables(model, flow, outputs),
        labels=label_candidates(model, tables, outputs),
        tables=tables,
        freezes=freezes,
        normalisations=normalisations,
        unsupported=find_unsupported(graph),
        frames=len(find_frames(graph)),
        op_types=MappingProxyType(dict(Counter(node.op for node in model.meta_graph.written.nodes))),
        training_nodes=training,
    )
