"""Networks that are written out step by step: single applications of cells, chained and stacked."""
