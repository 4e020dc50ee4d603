import numpy as np

from tf1compat.verify.reloaded.stored_strings import marked, unmarked


def test_strings_keep_the_zeros_at_their_ends():
    strings = np.array([[b"a\0", b""], [b"\0\0", b"long one"]], object)
    stored = marked(strings)
    assert stored.dtype.kind == "S"
    assert unmarked(stored).tolist() == strings.tolist()


def test_no_string_at_all_keeps_its_shape():
    assert unmarked(marked(np.empty((0, 3), object))).shape == (0, 3)
