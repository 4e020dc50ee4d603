"""The order of all passes over a signature's graph, with the reason beside each entry."""

from __future__ import annotations

from tf1compat.rewrite.arrays.gradients import gradient_arrays_to_arrays
from tf1compat.rewrite.arrays.lists import tensor_arrays_to_lists
from tf1compat.rewrite.arrays.stacks import stacks_to_lists
from tf1compat.rewrite.base import ForOutputs, Pass
from tf1compat.rewrite.cleanup.check_no_tf1_ops import refuse_leftovers
from tf1compat.rewrite.cleanup.constant_branches import take_known_branches
from tf1compat.rewrite.cleanup.control_edges import drop_idle_control_edges
from tf1compat.rewrite.cleanup.prune import scrub
from tf1compat.rewrite.cleanup.remove_prints import drop_idle_effects, remove_prints
from tf1compat.rewrite.control_flow.conditionals import functionalise_conditionals
from tf1compat.rewrite.control_flow.loop_exits import lead_out_once
from tf1compat.rewrite.control_flow.loops import functionalise_loops
from tf1compat.rewrite.control_flow.many_branches import choose_between_two
from tf1compat.rewrite.entry.remove_dropout import remove_dropout
from tf1compat.rewrite.entry.tables import tables_to_handles
from tf1compat.rewrite.expressed.cudnn.portable import portable_cudnn
from tf1compat.rewrite.expressed.gather_tree import gather_tree_to_loop
from tf1compat.rewrite.expressed.single_replica import keep_one_replica
from tf1compat.rewrite.expressed.temporary_sums import sum_temporaries
from tf1compat.rewrite.expressed.unregistered import express_unregistered
from tf1compat.rewrite.functional.by_value import functional_control_flow
from tf1compat.rewrite.functional.calls import inline_calls
from tf1compat.rewrite.state.updates import updates_to_values
from tf1compat.rewrite.state.variables import variables_to_values

PASSES: tuple[Pass | ForOutputs, ...] = (
    inline_calls,  # first: what stands in a function that is called, the passes for graphs see only in its place
    take_known_branches,  # next: a training-only branch must neither reach the model nor block it
    remove_prints,  # next: what is left of a branch may still print
    ForOutputs(drop_idle_effects),  # before loops are cut: what only counts must not be carried through them
    sum_temporaries,  # before changes of variables count: these are none that anybody sees
    # the changes that are left count; before variables become values themselves
    ForOutputs(updates_to_values),
    tables_to_handles,  # after idle effects are dropped: what fills a table is one, and needs the table itself
    ForOutputs(
        remove_dropout
    ),  # once what governs noise is a constant, before its random numbers count as a state
    portable_cudnn,  # before variables become values: the weights' shapes are theirs
    gather_tree_to_loop,  # with the one before, ahead of loops: a loop around them takes them in whole
    express_unregistered,  # likewise: what stands inside a loop has to stay there
    keep_one_replica,  # before variables become values: a broadcast of one passes a reference on
    functional_control_flow,  # before variables become values: it reads those that functions are handed, outside
    variables_to_values,  # before loops are cut: references cannot be arguments of functions
    stacks_to_lists,  # before loops are cut: a list that comes round is one more variable of a loop
    gradient_arrays_to_arrays,  # before arrays become lists, which need an order of what is written to them
    tensor_arrays_to_lists,  # on the flat graph, where a flow can still be followed through Enter and Exit
    lead_out_once,  # before loops are cut: what lies between their Switches and Exits is none of their bodies
    choose_between_two,  # before branches are: an If has two of them
    functionalise_loops,  # inner loops first, each with the conditionals inside it
    functionalise_conditionals,  # what is left stands outside all loops
    drop_idle_control_edges,  # once every edge stays within one function
    scrub,  # recorded shapes have told element and loop shapes by now
    refuse_leftovers,  # last: whatever no pass knew must not be written
)
