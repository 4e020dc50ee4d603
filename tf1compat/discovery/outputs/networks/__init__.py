"""Which outputs belong to one network, which networks are copies, and which of them is served."""
