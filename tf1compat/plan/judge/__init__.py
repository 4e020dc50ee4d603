"""Judgement: what may differ, and what keeps the result from being written, told once of what was chosen."""
