"""Class labels on disk: files, string variables of a checkpoint, and the order of their names."""
