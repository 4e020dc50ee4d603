from tf1compat.source.labels.nearby import label_files


def test_beside_in_the_assets_and_two_folders_above(tmp_path):
    model = tmp_path / "project" / "run" / "model"
    (model / "assets").mkdir(parents=True)
    for name in (
        "labels.txt", "project/class_names.json", "project/requirements.txt", "project/run/vocab.pkl",
        "project/run/log.csv",
        "project/run/model/notes.txt", "project/run/model/golden.npz", "project/run/model/classes.npz",
        "project/run/model/graph.pbtxt", "project/run/model/label_map.pbtxt", "project/run/model/assets/words.txt",
        "project/run/model/picture.png",
    ):  # fmt: skip
        (tmp_path / name).write_bytes(b"")
    assert [str(each.relative_to(tmp_path)) for each in label_files(model)] == [
        "project/run/model/classes.npz", "project/run/model/label_map.pbtxt", "project/run/model/notes.txt",
        "project/run/model/assets/words.txt", "project/run/vocab.pkl", "project/class_names.json",
    ]  # fmt: skip


def test_relative_paths_stay_relative_and_the_root_ends_the_way(tmp_path, monkeypatch):
    (tmp_path / "model").mkdir()
    (tmp_path / "labels.txt").write_text("cat\ndog\n")
    monkeypatch.chdir(tmp_path)
    assert "labels.txt" in map(str, label_files(tmp_path.__class__("model")))
    assert label_files(tmp_path.__class__("/nowhere/at/all")) == ()
