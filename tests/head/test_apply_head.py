from pathlib import Path

import numpy as np
import pytest

from vidrec.detections.features import write_features
from vidrec.head.apply_head import apply_all
from vidrec.head.finetune_head import Head
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import Video

HEAD = Head(("a", "b"), np.array([[1, 0, 0], [0, 1, 0]], np.float32), np.zeros(2, np.float32))


def write(folder: Path, video: Video, rows: list[list[float]]) -> None:
    write_features(folder, video, np.array(rows, np.float16), np.arange(len(rows)) + 2)


def test_each_video_gets_its_distributions_by_category_and_id(tmp_path: Path) -> None:
    write(tmp_path, Video("pets", "z"), [[0, 0, 9]])
    write(tmp_path, Video("cars", "a"), [[20, 0, 0], [0, 20, 0], [1, 0, 0]])
    ((first, cars, numbers), (second, pets, _)) = apply_all(tmp_path, HEAD)
    assert first == Video("cars", "a")
    assert numbers.tolist() == [2, 3, 4]
    assert second == Video("pets", "z")
    assert cars.labels == pets.labels == ("a", "b")
    odds = np.exp(1) / (np.exp(1) + 1)
    np.testing.assert_allclose(cars.probability, [[1, 0], [0, 1], [odds, 1 - odds]], atol=1e-3)
    assert pets.probability.tolist() == [[0.5, 0.5]]


def test_features_of_another_trunk_are_refused(tmp_path: Path) -> None:
    write(tmp_path, Video("pets", "a"), [[1, 2]])
    with pytest.raises(UserError, match=r"features of a have a width of 2, the head reads 3"):
        list(apply_all(tmp_path, HEAD))


def test_no_features_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no features"):
        list(apply_all(tmp_path, HEAD))
