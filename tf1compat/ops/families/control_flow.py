"""Ops that run functions, drive loops, branches, or only wait; those of frames stand in `graph.frames`."""

from __future__ import annotations

LOOP_CONDITION = frozenset({"LoopCond"})
SWITCH_N = frozenset({"_SwitchN"})
WHILE = frozenset({"While", "StatelessWhile"})
IF = frozenset({"If", "StatelessIf"})
CASE = frozenset({"Case", "StatelessCase"})
CALL = frozenset({"PartitionedCall", "StatefulPartitionedCall"})
#: Functions of the author's Python program.
PYTHON_FUNCTION = frozenset({"PyFunc", "PyFuncStateless", "EagerPyFunc"})
ARGUMENT = frozenset({"_Arg"})
RESULT = frozenset({"_Retval"})
NO_OP = frozenset({"NoOp"})
CONTROL_TRIGGER = frozenset({"ControlTrigger"})
PRINT = frozenset({"Print"})
PRINTS = PRINT | {"PrintV2"}
ASSERT = frozenset({"Assert"})
ABORT = frozenset({"Abort"})
#: Stacks, on which loops keep values for their gradients.
STACK = frozenset({"Stack", "StackV2"})
STACK_PUSH = frozenset({"StackPush", "StackPushV2"})
STACK_POP = frozenset({"StackPop", "StackPopV2"})
#: What a branch gives for its gradient: something that may have a value.
OPTIONALS = frozenset({"OptionalFromValue", "OptionalNone"})
