from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from vidrec.detections.features import read_all_features, write_features
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import Video


def test_features_come_back_by_category_then_id(tmp_path: Path) -> None:
    rows = {name: np.full((2, 3), value, np.float16) for value, name in enumerate("abc")}
    for name, category in (("b", "pets"), ("a", "pets"), ("c", "cars")):
        write_features(tmp_path, Video(category, name), rows[name], np.array([1, 4]))
    found = list(read_all_features(tmp_path))
    assert [video for video, _, _ in found] == [
        Video("cars", "c"),
        Video("pets", "a"),
        Video("pets", "b"),
    ]
    for video, features, frames in found:
        assert frames.tolist() == [1, 4]
        assert features.dtype == np.float16
        assert (features == rows[video.video_id]).all()


def test_a_tree_without_features_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no features: run `dvc repro classify_frames`"):
        list(read_all_features(tmp_path))


def test_what_holds_no_features_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pets" / "a.safetensors"
    path.parent.mkdir()
    path.write_bytes(b"broken")
    with pytest.raises(UserError, match=r"a\.safetensors holds no features"):
        list(read_all_features(tmp_path))
    save_file({"other": np.zeros((1, 2))}, path)
    with pytest.raises(UserError, match=r"a\.safetensors holds no features"):
        list(read_all_features(tmp_path))


@pytest.mark.parametrize("rows", [[1.0, 2.0], [[1.0, float("nan")]], [[float("inf")]]])
def test_features_are_finite_rows(tmp_path: Path, rows: list[object]) -> None:
    path = tmp_path / "pets" / "a.safetensors"
    path.parent.mkdir()
    save_file({"features": np.array(rows, np.float16), "frames": np.arange(len(rows))}, path)
    with pytest.raises(UserError, match=r"a\.safetensors: features must be finite numbers"):
        list(read_all_features(tmp_path))


def test_features_of_other_frames_than_are_named_are_refused(tmp_path: Path) -> None:
    write_features(tmp_path, Video("pets", "a"), np.zeros((2, 3), np.float16), np.array([1]))
    with pytest.raises(UserError, match=r"a\.safetensors has features of other frames"):
        list(read_all_features(tmp_path))
