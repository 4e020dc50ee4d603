"""A function of the file's library, its nodes put where a node runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from tf1compat.graph.model import Function, Node
from tf1compat.names import TensorRef


@dataclass
class Pasted:
    """A function's nodes in a scope; what reads nothing waits for `pivot`, so that it belongs where it stands."""

    fresh: Callable[[str], str]  # a name like this that nothing has
    function: Function
    scope: str
    given: Mapping[str, TensorRef]
    pivot: str

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The new name of each node that is no argument."""
        inner = (each.name for each in self.function.graph.nodes if each.name not in self.given)
        return {each: self.fresh(f"{self.scope}/{each}") for each in inner}

    def ref(self, ref: TensorRef) -> TensorRef:
        """A tensor of the function by its new name."""
        return self.given[ref.node] if ref.node in self.given else TensorRef(self.names[ref.node], ref.index)

    def outputs(self) -> tuple[TensorRef, ...]:
        """What the function returns."""
        return tuple(map(self.ref, self.function.outputs))

    def nodes(self) -> Iterator[Node]:
        """The nodes in their new place."""
        for node in self.function.graph.nodes:
            if node.name in self.names:
                waits = tuple(self.names[each] for each in node.control_inputs if each in self.names)
                yield replace(
                    node, name=self.names[node.name], inputs=tuple(map(self.ref, node.inputs)),
                    control_inputs=waits if node.inputs or not self.pivot else (*waits, self.pivot),
                )  # fmt: skip

    def unread(self) -> tuple[str, ...]:
        """The nodes that stand for their effects: nothing in the function reads them, and nothing returns them."""
        nodes = self.function.graph.nodes
        read = {ref.node for node in nodes for ref in node.inputs} | {
            ref.node for ref in self.function.outputs
        }
        return tuple(new for old, new in self.names.items() if old not in read)
