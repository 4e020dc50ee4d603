"""Variables become values: what is read, what a run assigns, and what goes in and out as carried state."""
