"""The beams that numpy gathers are those of the genuine op."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tf1compat.restore.reference_kernels.gather_tree import gather_tree

TREES = sorted((Path(__file__).parents[2] / "rewrite/expressed/data").glob("gather_tree_*.npz"))


@pytest.mark.parametrize("path", TREES, ids=lambda path: path.stem)
def test_every_tree_is_gathered_as_the_genuine_op_gathered_it(path: Path) -> None:
    with np.load(path) as archive:
        numbers = sorted({name.partition("/")[0] for name in archive.files})
        for number in numbers:
            tree = {
                name.partition("/")[2]: archive[name] for name in archive.files if name.startswith(number)
            }
            beams = tree.pop("beams")
            np.testing.assert_array_equal(gather_tree(*tree.values()), beams)
    assert len(numbers) > 10


def test_there_is_a_tree_file_for_each_version_of_the_op() -> None:
    assert [path.stem for path in TREES] == [f"gather_tree_{each}" for each in ("1.15.5", "1.4.1", "1.8.0")]


def test_a_parent_that_is_no_beam_gives_minus_one_and_no_end_tokens() -> None:
    steps, parents = np.int32([[[4, 2]], [[3, 4]], [[5, 6]]]), np.int32([[[0, 0]], [[0, 1]], [[2, 1]]])
    beams = gather_tree(steps, parents, np.int32([3]), np.int32(4))
    assert beams[:, 0].T.tolist() == [[-1, -1, 5], [2, 4, 4]]
