"""The original model as it is run for comparison, and which of its outputs no two runs agree on."""
