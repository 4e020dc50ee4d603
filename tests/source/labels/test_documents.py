import sys

import pytest

from tf1compat.errors import LabelError
from tf1compat.source.labels.files import read_label_file


@pytest.mark.parametrize(
    "text",
    [
        "- no\n- null\n- 1.0\n",
        "[no, null, '1.0']",
        "0: no\n2: 1.0\n1: null\n",
        "'no': 0\nnull: 1\n1.0: 2\n",
        "%YAML 1.1\n---\nnc: 3\nnames: ['no', 'null', '1.0']\n...\n",
        "train: images\nnames:\n  0: !!str no\n  1: null\n  2: 1.0\n",
    ],
)
@pytest.mark.parametrize("suffix", [".yaml", ".YML"])
def test_names_stay_as_they_are_written(tmp_path, text, suffix):
    pytest.importorskip("yaml")
    path = tmp_path / f"l{suffix}"
    path.write_text(text)
    assert read_label_file(path) == ("no", "null", "1.0")


def test_without_pyyaml_the_remedy_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    (tmp_path / "l.yaml").write_text("- cat\n")
    with pytest.raises(
        LabelError, match=r"takes PyYAML, which is not installed; run: pip install 'tf1compat\[labels\]'"
    ):
        read_label_file(tmp_path / "l.yaml")
