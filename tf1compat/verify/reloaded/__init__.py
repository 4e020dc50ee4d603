"""The migrated model in a process of its own, which has nothing but the files."""
