"""Facts about a graph that several stages ask for, each with one provider. Pure, and free of TensorFlow."""
