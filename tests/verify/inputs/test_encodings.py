"""What is made up in the forms of files is what TensorFlow reads back from them."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tf1compat.verify.inputs import encodings

PIXELS = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)


def test_raw_values_lie_in_the_order_of_bytes_that_is_asked_for():
    values = np.array([1, 256], np.int16)
    assert encodings.raw(values) == b"\x01\x00\x00\x01"
    assert encodings.raw(values, little_endian=False) == b"\x00\x01\x01\x00"


def test_columns_are_text_with_what_separates_them():
    assert encodings.csv([np.array(1.5), np.array(2), np.array(b"red", object)], ";") == b"1.5;2;red"


@pytest.mark.tensorflow
def test_examples_hold_numbers_of_all_kinds_and_strings(tensorflow: ModuleType):
    tf: Any = tensorflow
    features = {"i": np.array([-1, 0, 300]), "f": np.float32([0.5, 0]), "s": np.array([b"a\0", b""], object)}
    found = tf.train.Example.FromString(encodings.example(features)).features.feature
    assert list(found["i"].int64_list.value) == [-1, 0, 300]
    assert list(found["f"].float_list.value) == [0.5, 0]
    assert list(found["s"].bytes_list.value) == [b"a\0", b""]


@pytest.mark.tensorflow
def test_sequence_examples_hold_a_context_and_steps(tensorflow: ModuleType):
    tf: Any = tensorflow
    written = encodings.sequence_example(
        {"c": np.array([7])}, {"x": [np.float32([1, 2]), np.float32([3, 4])]}
    )
    found = tf.train.SequenceExample.FromString(written)
    assert list(found.context.feature["c"].int64_list.value) == [7]
    assert [list(each.float_list.value) for each in found.feature_lists.feature_list["x"].feature] == [
        [1, 2],
        [3, 4],
    ]


@pytest.mark.tensorflow
def test_pictures_are_read_back_as_they_were(tensorflow: ModuleType):
    tf: Any = tensorflow
    for pixels in (PIXELS, PIXELS[..., :1], PIXELS.astype(np.uint16) * 257):
        found = tf.io.decode_png(encodings.png(pixels), dtype=tf.as_dtype(pixels.dtype)).numpy()
        np.testing.assert_array_equal(found, pixels)
    np.testing.assert_array_equal(tf.io.decode_jpeg(encodings.png(PIXELS)).numpy(), PIXELS)
    np.testing.assert_array_equal(tf.io.decode_bmp(encodings.bmp(PIXELS)).numpy(), PIXELS)


@pytest.mark.tensorflow
def test_sound_text_and_packed_bytes_are_read_back(tensorflow: ModuleType):
    tf: Any = tensorflow
    samples = np.array([[0.5], [-0.25], [0.0]])
    found, rate = tf.audio.decode_wav(encodings.wav(samples))
    np.testing.assert_allclose(found.numpy(), samples, atol=1e-4)
    assert int(rate) == 16000
    assert tf.io.decode_base64(encodings.web_safe_base64(b"\xff\xfe?")).numpy() == b"\xff\xfe?"
    for kind in ("ZLIB", "GZIP", ""):
        packed = encodings.compressed(b"some bytes", kind)
        assert tf.io.decode_compressed(packed, compression_type=kind).numpy() == b"some bytes"
