"""Where examples come into a graph that nobody feeds by placeholders: queues, iterators, readers, decoders."""
