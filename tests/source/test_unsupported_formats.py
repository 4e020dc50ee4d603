import pytest

from tf1compat.errors import SourceError
from tf1compat.source.unsupported_formats import other_kind, refuse_other_kinds


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("model.zip", b"PK\x03\x04...", "a zip archive, perhaps of packed model files"),
        ("model", b"PK\x03\x04...", "a zip archive, perhaps of packed model files"),
    ],
)
def test_files_by_content_and_name(tmp_path, name, content, kind):
    path = tmp_path / name
    path.write_bytes(content)
    assert other_kind(path) == kind
    with pytest.raises(SourceError, match=r"which is not read yet; give a checkpoint"):
        refuse_other_kinds(path)


def test_other_files_and_folders_are_left_alone(tmp_path):
    (tmp_path / "model.meta").write_bytes(b"\n\x00")
    for path in (tmp_path, tmp_path / "model.meta", tmp_path / "nothing"):
        assert other_kind(path) is None
        refuse_other_kinds(path)
