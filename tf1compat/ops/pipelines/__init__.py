"""Ops of input pipelines: what holds examples, and what takes serialized ones apart."""
