"""What flows through the forward part of a graph: from what is fed, past the variables, to predictions.

*Value flow* is data flow through which a value is felt: a tensor's mere shape does not carry it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from tf1compat.analysis.entries import Entries, find_entries
from tf1compat.analysis.held import held_variables
from tf1compat.analysis.idioms.noise.parts import scalars
from tf1compat.analysis.idioms.noise.sites import find_noise
from tf1compat.analysis.training import find_losses
from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.edges import (
    Edges,
    names_at,
    places_of,
    reach,
    read_by,
    readers_of,
    turned,
    with_waits,
)  # fmt: skip
from tf1compat.graph.frames import EXIT, SWITCH, frame_of_nodes
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors, descendants
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.control import is_branch_merge, is_branch_switch

_LOSS_OPS = families.ENTROPIES | families.IN_TOP_K
_REDUCTIONS = families.DIVISION | families.AVERAGE | families.SUM
_PREDICTIONS = (
    families.CTC_DECODERS | families.LOG_SOFTMAX | families.MULTINOMIAL | families.SIGMOID | families.SOFTMAX
)
_LAYERS = families.MATRIX_PRODUCTS | families.CONVOLUTIONS
_COMPARISONS = families.SQUARED_DIFFERENCE | families.SUBTRACTION


@dataclass(frozen=True)
class ForwardGraph:
    """The forward part of a graph, and the walks over it that several finders share."""

    graph: Graph
    training: frozenset[str]

    @cached_property
    def inside_loops(self) -> frozenset[str]:
        """The nodes inside a while loop; what leaves a loop is outside, if that loop is inside of no other."""
        place = frame_of_nodes(self.graph).items()
        return frozenset(name for name, path in place if self.graph[name].op not in EXIT or len(path) > 1)

    @cached_property
    def losses(self) -> frozenset[str]:
        """The nodes that gradients start from."""
        return frozenset(find_losses(self.graph))

    @cached_property
    def _reads(self) -> frozenset[str]:
        """The variables and the nodes that only read them, into loops and branches too."""
        found = {node.name for node in self.graph.nodes if node.op in families.VARIABLES} - self._data
        todo = list(found)
        while todo:
            for use in self.graph.uses_of_node.get(todo.pop(), ()):
                node = self.graph[use.node]
                reads = node.op in families.TRANSPARENT or (node.op in SWITCH and use.position == 0)
                if reads and node.name not in found:
                    found.add(node.name)
                    todo.append(node.name)
        return frozenset(found)

    @cached_property
    def _data(self) -> frozenset[str]:
        """The variables that examples come out of: none of the model's parameters."""
        held = held_variables(self.graph)
        entries = (each for each in self.entries.entries if each.kind != "placeholder")
        return (
            held & ancestors(self.graph, [each.tensor.node for each in entries], control=False)
            if held
            else held
        )

    @cached_property
    def weights(self) -> frozenset[str]:
        """What is computed from variables alone: reads, parts, joins and scalings; figures such as norms are not."""
        given = descendants(self.graph, {ref.node for ref in self.sources} | self._fed_by_draws)
        reads = self._reads
        readers = (use.node for name in reads for use in self.graph.uses_of_node.get(name, ()))
        made = self._felt(readers) - given
        return reads | {name for name in made if not self._is_figure(name)}

    @cached_property
    def _fed_by_draws(self) -> frozenset[str]:
        """Layers whose data is drawn, as the first of a generator is; noise that weights are made with is none."""
        drawn = descendants(self.graph, [node.name for node in self.graph.nodes if node.op in families.DRAWS])
        fed = drawn - descendants(self.graph, self._reads)
        return frozenset(
            node.name
            for node in self.graph.nodes
            if node.op in _LAYERS and not fed.isdisjoint(ref.node for ref in node.inputs)
        )

    @cached_property
    def applied(self) -> frozenset[str]:
        """Forward nodes that a variable itself is an operand of."""
        return self._meeting(self._reads)

    @cached_property
    def parametric(self) -> frozenset[str]:
        """Forward nodes at which the variables, or what is made of them alone, meet something else."""
        return self._meeting(self.weights)

    def _meeting(self, tensors: frozenset[str]) -> frozenset[str]:
        users = {use.node for name in tensors for use in self.graph.uses_of_node.get(name, ())}
        return frozenset(users - tensors - self.training)

    @cached_property
    def computed(self) -> frozenset[str]:
        """Forward nodes whose value depends on a variable."""
        readers = (use.node for name in self.parametric for use in self.graph.uses_of_node.get(name, ()))
        return self._felt(readers) | self.parametric

    @cached_property
    def before_parameters(self) -> frozenset[str]:
        """Nodes after which a variable still comes in; the others are the model's tail."""
        operands = {ref.node for name in self.parametric for ref in self.graph[name].inputs}
        return ancestors(self.graph, operands, control=False)

    def reached(self, starts: Iterable[TensorRef]) -> frozenset[str]:
        """The forward nodes that feel the value of one of these tensors, the tensors' own nodes left out."""
        return self._felt(use.node for ref in starts for use in self.graph.uses.get(ref, ()))

    def reaches(self, ref: TensorRef, nodes: frozenset[str]) -> bool:
        """Whether one of the forward `nodes`, given with all that lead to them, feels a tensor's value."""
        return any(use.node in nodes for use in self.graph.uses.get(ref, ()))

    def leading_to(self, targets: Iterable[str]) -> frozenset[str]:
        """The forward nodes whose value some of the targets feel, and the targets themselves."""
        return self._reached(read_by(self.graph), targets)

    def _felt(self, readers: Iterable[str]) -> frozenset[str]:
        """The forward nodes among the readers, and all that feel their values."""
        return self._reached(readers_of(self.graph), readers)

    def _reached(self, edges: Edges, names: Iterable[str]) -> frozenset[str]:
        starts = places_of(self.graph, names)
        return names_at(self.graph, reach(edges, starts, barred=self._unfelt))

    @cached_property
    def _unfelt(self) -> frozenset[int]:
        """The places of the nodes that no value is felt through."""
        shapes = {place for place, node in enumerate(self.graph.nodes) if node.op in families.SHAPES}
        return frozenset(shapes | places_of(self.graph, self.training))

    @cached_property
    def before_applied(self) -> frozenset[str]:
        """Forward nodes that some variable's being applied, or the node itself being it, comes after."""
        return self.leading_to(self.parametric)

    @cached_property
    def entries(self) -> Entries:
        """Where examples come in, by placeholders or out of the input pipeline."""
        return find_entries(self.graph, self.training)

    @cached_property
    def sources(self) -> tuple[TensorRef, ...]:
        """Every tensor through which examples come in, fed or not, in the order of the file."""
        return tuple(each.tensor for each in self.entries.entries)

    @cached_property
    def _parts(self) -> tuple[TensorRef, ...]:
        """What is cut out of examples of the pipeline, in which features and labels may lie side by side."""
        whole = [each.tensor for each in self.entries.entries if each.kind != "placeholder"]
        readers = {use.node for ref in whole for use in self.graph.uses.get(ref, ())}
        cutting = [name for name in readers if self.graph[name].op in families.SLICES | families.SPLITS]
        uses = (use for name in cutting for use in self.graph.uses_of_node.get(name, ()))
        read = {self.graph[use.node].inputs[use.position] for use in uses}
        return tuple(sorted(read | {TensorRef(name) for name in cutting}))

    @cached_property
    def labels(self) -> frozenset[TensorRef]:
        """The sources that only reach losses and metrics, past no variable and towards no prediction."""
        judging = self.leading_to(filter(self._judges, self.graph.by_name))
        using, governing = self._before_use, self._governing
        return frozenset(
            each
            for each in (*self.sources, *self._parts)
            if self.reaches(each, judging) and not self.reaches(each, using) and each.node not in governing
        )

    @cached_property
    def _governing(self) -> frozenset[str]:
        """The placeholders that decide noise, such as that of a dropout behind the last layer."""
        decided = (ref.node for noise in find_noise(self.graph) for ref in scalars(self.graph, noise))
        behind = ancestors(self.graph, decided, control=False)
        return frozenset(name for name in behind if self.graph[name].op in families.PLACEHOLDERS)

    @cached_property
    def _before_use(self) -> frozenset[str]:
        """Forward nodes before a variable's being applied, before a prediction, or where a value is weighed (as in
        a CRF, whose loss looks up the scores of the true labels) for a result that is more than a figure."""
        results = self.leading_to(name for name in self._ends if not self._is_figure(name))
        return self.leading_to({
            *(self.applied - self._sampled), *self._predictions, *(self.parametric & results - self._sampled),
        })  # fmt: skip

    @cached_property
    def _sampled(self) -> frozenset[str]:
        """Forward nodes behind a draw of classes that are not the true one: steps of a loss by sampling."""
        return self._felt(
            use.node
            for node in self.graph.nodes
            if node.op in families.CANDIDATE_SAMPLERS
            for use in self.graph.uses_of_node.get(node.name, ())
        )

    @cached_property
    def _ends(self) -> frozenset[str]:
        """Forward nodes outside loops that no other forward node reads."""
        forward = [node for node in self.graph.nodes if node.name not in self.training]
        read = {ref.node for node in forward for ref in node.inputs}
        return frozenset(node.name for node in forward if node.name not in read) - self.inside_loops

    def _is_figure(self, name: str) -> bool:
        return self.graph.static_shape(TensorRef(name)).rank == 0

    def _judges(self, name: str) -> bool:
        """Whether a node is a loss or a metric: one figure, of which nothing but figures is made."""
        if name in self.losses or name in self.loss_ops:
            return True
        reduces = self.graph[name].op in _REDUCTIONS and self._is_figure(name)
        return reduces and name not in self._before_wholes

    @cached_property
    def _before_wholes(self) -> frozenset[str]:
        """Forward nodes that something more than a figure is made of, or that are more themselves."""
        return self.leading_to(name for name in self.graph.by_name if not self._is_figure(name))

    @cached_property
    def judged(self) -> frozenset[str]:
        """Forward nodes that feel a label, or how far a result is from the example that it was made of.

        What an op computes that only losses are made with is a judgement, wherever its labels come from.
        """
        return self.reached(self.labels) | self._felt((*self._reconstructions, *self.loss_ops))

    @cached_property
    def _predictions(self) -> frozenset[str]:
        return frozenset(node.name for node in self.graph.nodes if node.op in _PREDICTIONS)

    @cached_property
    def loss_ops(self) -> frozenset[str]:
        """Forward nodes that compare classes with true ones; a comparison that a prediction is made of, past a variable
        or a softmax, is one feature among others."""
        found = {
            node.name for node in self.graph.nodes if node.op in _LOSS_OPS and node.name not in self.training
        }
        targets = (self._predictions | self.parametric) - self.training if found else ()
        return frozenset(found - self.leading_to(name for name in targets if not self._is_figure(name)))

    @cached_property
    def _reconstructions(self) -> tuple[str, ...]:
        """Where an autoencoder's result is compared with its example, on the way to a loss, or to a figure."""
        figures = self.losses or filter(self._is_figure, self._ends)
        felt, judged = self.reached(self.sources), self.leading_to(figures)
        return tuple(
            node.name
            for node in self.graph.nodes
            if self._may_compare(node) and self._compares(node, felt) and node.name in judged
        )

    def _may_compare(self, node: Node) -> bool:
        """Whether a node takes a difference, or weighs the logarithm of what was made, as a cross-entropy does."""
        logarithm = node.op in families.MULTIPLICATION and any(
            self.graph.producer(ref).op in families.LOGARITHM for ref in node.inputs
        )
        return node.op in _COMPARISONS or logarithm

    @cached_property
    def reconstructed(self) -> frozenset[str]:
        """What an autoencoder makes again of its example, on the last steps before the two are compared."""
        operands = [ref.node for name in self._reconstructions for ref in self.graph[name].inputs]
        return (
            frozenset(ancestors(self.graph, operands, control=False) - self.before_parameters)
            & self.predicted
        )

    def _compares(self, node: Node, felt: frozenset[str]) -> bool:
        """Whether one operand comes from an example alone, and the other from the last variables."""
        names = [ref.node for ref in node.inputs]
        given = [name for name in names if name not in self.computed and self._is_example(name, felt)]
        made = [name for name in names if name in self.computed and name in felt]
        apart = len(given) == len(made) == 1 and node.name not in self.before_parameters
        return apart and not self._is_held_against_labels(node)

    def _is_held_against_labels(self, node: Node) -> bool:
        """Whether a difference is compared with a label itself: a result, such as an example without its noise."""
        felt, labels = self.reached(self.labels), self.labels
        readers = [self.graph[use.node] for use in self.graph.uses.get(TensorRef(node.name), ())]
        others = [
            ref for each in readers if each.op in _COMPARISONS for ref in each.inputs if ref.node != node.name
        ]
        return any((ref in labels or ref.node in felt) and ref.node not in self.computed for ref in others)

    def _is_example(self, name: str, felt: frozenset[str]) -> bool:
        return name in felt or any(ref.node == name for ref in self.sources)

    @cached_property
    def predicted(self) -> frozenset[str]:
        """Forward nodes outside loops that feel the examples and the variables, and no label; where there is no
        variable, those that nothing reads."""
        examples = [each for each in self.sources if each not in self.labels]
        felt = self.reached(examples)
        if any(node.op in families.VARIABLES for node in self.graph.nodes):
            felt &= self.computed
        else:
            felt -= {name for name in felt if self.graph.uses_of_node.get(name)}
        return felt - self.judged - self.inside_loops

    @cached_property
    def inside_branches(self) -> frozenset[str]:
        """The nodes inside a branch of a `cond`: computed only where its predicate says so."""
        nodes = self.graph.nodes
        begins = [place for place, node in enumerate(nodes) if is_branch_switch(self.graph, node)]
        barred = {place for place, node in enumerate(nodes) if is_branch_merge(self.graph, node)}
        return names_at(self.graph, reach(_valued_ahead(self.graph), begins, barred=barred))

    def behind(self, refs: Iterable[TensorRef]) -> frozenset[str]:
        """What tensors are computed from: data, and the pivots that constants in a `cond` branch wait for.

        Where the pipeline's examples come in, the walk ends: these nodes are in it, what is behind them is not.
        """
        starts = places_of(self.graph, (ref.node for ref in refs))
        ends = places_of(self.graph, self.entries.ends)
        return names_at(self.graph, reach(_valued_behind(self.graph), starts, ends=ends))

    def ahead(self, names: Iterable[str]) -> frozenset[str]:
        """What these nodes are behind of, in the sense of `behind`, and the nodes themselves."""
        return names_at(self.graph, reach(_valued_ahead(self.graph), places_of(self.graph, names)))


@cached_on_graph
def _valued_behind(graph: Graph) -> Edges:
    """For each node, the nodes that its value comes from, and the pivots that it waits for."""
    return with_waits(graph, lambda place: _is_pivot(graph.nodes[place]))


@cached_on_graph
def _valued_ahead(graph: Graph) -> Edges:
    return turned(_valued_behind(graph))


def _is_pivot(node: Node) -> bool:
    return node.op in families.TRANSPARENT or node.op in SWITCH
