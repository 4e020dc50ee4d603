"""Placeholders and variables: what holds a value, reads it, changes it, saves it."""

from __future__ import annotations

from tf1compat.ops.families.passing import IDENTITIES, READ_RESOURCE

PLACEHOLDER_WITH_DEFAULT = frozenset({"PlaceholderWithDefault"})
PLACEHOLDER = frozenset({"Placeholder"})
#: Placeholders that have to be fed.
REQUIRED_PLACEHOLDERS = PLACEHOLDER | {"PlaceholderV2"}
PLACEHOLDERS = REQUIRED_PLACEHOLDERS | PLACEHOLDER_WITH_DEFAULT
#: The handle of a variable that is a resource.
VARIABLE_HANDLE = frozenset({"VarHandleOp"})
#: The first of all; where a shape is not known, it says that of a scalar.
VARIABLE_V1 = frozenset({"Variable"})
#: Variables that are handed on by reference.
REFERENCE_VARIABLES = VARIABLE_V1 | {"VariableV2"}
VARIABLES = REFERENCE_VARIABLES | VARIABLE_HANDLE
#: A variable for the length of a run, and what ends it and gives what it holds.
TEMPORARY_VARIABLE = frozenset({"TemporaryVariable"})
END_OF_TEMPORARY = frozenset({"DestroyTemporaryVariable"})
#: Ops that overwrite a variable whole, and those that read one.
ASSIGN = frozenset({"Assign", "AssignVariableOp"})
READ_VARIABLE = IDENTITIES | READ_RESOURCE
VARIABLE_SHAPE = frozenset({"VariableShape"})
ASSIGN_ADD = frozenset({"AssignAdd", "AssignAddVariableOp"})
ASSIGN_SUB = frozenset({"AssignSub", "AssignSubVariableOp"})
#: Those that change a resource, and give nothing.
RESOURCE_UPDATES = frozenset({"AssignVariableOp", "AssignAddVariableOp", "AssignSubVariableOp"})
ASSIGNMENTS = ASSIGN | ASSIGN_ADD | ASSIGN_SUB
IS_INITIALIZED = frozenset({"IsVariableInitialized", "VarIsInitializedOp"})
RESTORE = frozenset({"Restore", "RestoreSlice", "RestoreV2"})
#: What a Saver is made of.
SAVER = RESTORE | {"Save", "SaveV2", "SaveSlices", "MergeV2Checkpoints", "ShardedFilename", "ShardedFilespec"}
