"""Where values enter and leave a signature: fed tensors, constants, tables, and sizes that become free."""
