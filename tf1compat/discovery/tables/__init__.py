"""Lookup tables: what fills each."""

from tf1compat.discovery.tables.finding import find_tables

__all__ = ["find_tables"]
