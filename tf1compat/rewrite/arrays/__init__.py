"""TensorArrays and stacks become lists: whose flow is where, what an element's shape is, and what takes their place."""
