"""What an author computed of each entry along an axis by itself, written out once for every entry: a loop over them.

`tf.unstack`, the same ops on every part, `tf.stack`: as many copies of one computation as there are entries. `pieces`
tells what a part is a part of, `pairing` that the copies are one computation, `loop` writes it once.
"""
