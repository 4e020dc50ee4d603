"""The functions of a file's own library: calls are written out, loops and conditionals take variables by value."""
