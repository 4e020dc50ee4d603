"""Networks in while loops: the loops themselves, what they carry, the cells and layers in them, what stands around."""
