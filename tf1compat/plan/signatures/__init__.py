"""Signatures: as users write them, as discovery gives them, and what their outputs depend on."""
