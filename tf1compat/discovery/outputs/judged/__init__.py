"""What losses and metrics read: what they hold against labels, against each other, and what draws are made with."""
