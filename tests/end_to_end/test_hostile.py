"""Models that would touch this machine, were all of their graphs run: only what answers is."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tf1compat

pytestmark = pytest.mark.tensorflow


def test_nothing_is_run_that_no_answer_needs(tmp_path: Path, tensorflow: ModuleType) -> None:
    """The initializers of variables that are needed and that are not, what restores, and what outputs wait for."""
    tf: Any = tensorflow
    v1, marks = tf.compat.v1, tmp_path / "marks"
    marks.mkdir()

    def write(name: str) -> Any:
        return tf.raw_ops.WriteFile(filename=str(marks / name), contents="here", name=f"evil_{name}")

    def leave(value: Any) -> Any:
        (marks / "python").touch()
        return value

    with tf.Graph().as_default() as graph, v1.Session() as session:
        x = v1.placeholder(tf.float32, [None, 2], name="x")
        kernel = v1.Variable(np.float32([[1, 2, 3], [4, 5, 6]]), name="kernel", use_resource=False)
        offset = v1.Variable(np.float32(1), name="offset", use_resource=False)  # needed, and not saved
        unneeded = v1.Variable(np.float32(1), name="unneeded", use_resource=False)
        events = tf.summary.create_file_writer(str(marks / "events"))
        with events.as_default(), v1.control_dependencies([events.init()]):
            summary = tf.summary.scalar("mean", tf.reduce_mean(x), step=0)
        with tf.control_dependencies([v1.py_func(leave, [x], tf.float32), summary]):
            tf.nn.softmax(tf.matmul(x, kernel) + offset, name="probabilities")
        saver = v1.train.Saver([kernel])
        session.run(v1.variables_initializer([kernel, offset, unneeded]))
        hooked = {"offset": offset.initializer, "unneeded": unneeded.initializer}
        hooked["restore"] = graph.get_operation_by_name(saver.saver_def.restore_op_name)
        for name, operation in hooked.items():
            operation._add_control_input(write(name))
        saver.save(session, str(tmp_path / "model"))
    result = tf1compat.migrate(tmp_path, tmp_path / "out")
    assert result.comparison is not None
    assert result.comparison.passed
    assert [each.name for each in result.plan.variables] == ["kernel", "offset"]
    assert list(marks.iterdir()) == []
