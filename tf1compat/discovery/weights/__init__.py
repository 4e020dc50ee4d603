"""Which value of the checkpoint a variable takes: under which key, raw or averaged, or its initializer's."""
