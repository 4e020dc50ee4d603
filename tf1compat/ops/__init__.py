"""What an op is: its operands and outputs, what it does to axes and values, and the family that it belongs to."""
