"""Tables of keys and values: what holds them, fills them, reads them."""

from __future__ import annotations

#: Tables that the program fills while it runs, and that keep open places, each marked by a key that nobody looks up.
DENSE_TABLES = frozenset({
    "MutableDenseHashTable", "MutableDenseHashTableV2", "AnonymousMutableDenseHashTable",
})  # fmt: skip
#: Ops that hold a table which the program fills while it runs.
MUTABLE_TABLES = DENSE_TABLES | {
    "MutableHashTable", "MutableHashTableV2", "MutableHashTableOfTensors", "MutableHashTableOfTensorsV2",
    "AnonymousMutableHashTable", "AnonymousMutableHashTableOfTensors",
}  # fmt: skip
#: Ops that hold a table which is filled once, before it is read.
STATIC_TABLES = frozenset({"HashTable", "HashTableV2", "AnonymousHashTable"})
TABLE_FROM_FILE = frozenset({"InitializeTableFromTextFile", "InitializeTableFromTextFileV2"})
TABLE_IMPORTS = frozenset({"LookupTableImport", "LookupTableImportV2"})
TABLE_FROM_TENSORS = TABLE_IMPORTS | {"InitializeTable", "InitializeTableV2"}
TABLE_INSERTS = frozenset({"LookupTableInsert", "LookupTableInsertV2"})
#: Ops that change a table while the program runs.
TABLE_CHANGES = TABLE_INSERTS | TABLE_IMPORTS | {"LookupTableRemoveV2"}
#: The values of keys.
TABLE_FINDS = frozenset({"LookupTableFind", "LookupTableFindV2"})
TABLE_READS = TABLE_FINDS | {
    "LookupTableSize", "LookupTableSizeV2", "LookupTableExport", "LookupTableExportV2",
}  # fmt: skip
