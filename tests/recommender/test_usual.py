import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vidrec.detections.tree import VideoDetections
from vidrec.recommender.usual import (
    QUANTILES,
    Doubt,
    Usual,
    confidence_of,
    doubts,
    read_usual,
    usual_of,
    write_usual,
)
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import Video, pair

VECTORS = Vectors(pair(["c", "c"], ["a", "b"]), ["x"], np.array([[1.0], [0.5]]))


def found(rows: list[tuple[int, float]], looked_at: list[int] | None = None) -> VideoDetections:
    table = pd.DataFrame(rows, columns=["frame", "confidence"]).assign(label="x")
    return VideoDetections(Video("c", "a"), table, looked_at=looked_at)


def test_the_confidence_of_a_video_is_the_mean_of_the_highest_in_each_frame() -> None:
    assert confidence_of(found([(1, 0.5), (1, 0.9), (2, 0.1)])) == 0.5
    assert confidence_of(found([(1, 0.5), (1, 0.9), (2, 0.1)], [1, 2, 3, 4])) == 0.25
    assert confidence_of(found([], [1, 2])) == 0.0
    assert confidence_of(found([])) == 0.0


def test_quantiles_are_over_the_videos() -> None:
    usual = usual_of(np.linspace(0, 1, 101), np.array([0.5]))
    assert usual.confidence == tuple(each / 100 for each in QUANTILES)
    assert usual.match == (0.5,) * len(QUANTILES)
    assert usual_of(None, np.empty(0)) == Usual(None, None)


def test_what_is_below_the_twentieth_part_is_doubted() -> None:
    usual = usual_of(np.linspace(0, 1, 101), np.linspace(0.5, 1, 101))
    assert doubts(usual, 0.05, 0.525) == []
    assert doubts(usual, 0.049, 0.9) == [Doubt("confidence", 0.049, 0.05)]
    assert doubts(usual, 0.9, 0.5) == [Doubt("match", 0.5, 0.525)]
    assert [each.why for each in doubts(usual, 0.0, 0.0)] == ["confidence", "match"]
    assert doubts(usual, None, None) == []
    assert doubts(Usual(None, None), 0.0, 0.0) == []


def test_what_was_written_is_read(tmp_path: Path) -> None:
    for usual in (usual_of(np.array([0.25, 0.75]), np.array([0.5, 1.0])), Usual(None, None)):
        write_usual(tmp_path / "usual.json", VECTORS, usual)
        assert read_usual(tmp_path / "usual.json", VECTORS) == usual


def test_that_of_other_vectors_is_refused(tmp_path: Path) -> None:
    write_usual(tmp_path / "usual.json", VECTORS, Usual(None, None))
    other = Vectors(VECTORS.videos, VECTORS.labels, VECTORS.values * 2)
    with pytest.raises(UserError, match="of different runs"):
        read_usual(tmp_path / "usual.json", other)


@pytest.mark.parametrize(
    "change",
    [
        {"quantiles": [1, 2]},
        {"confidence": [0.5]},
        {"match": "much"},
        {"match": [0.5] * 10 + [float("nan")]},
        {"match": [0.5] * 10 + [0.4]},
        {"match": [0.5] * 10 + [2.0]},
        {"confidence": {"a": 1}},
    ],
)
def test_what_is_not_so_is_one_line(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "usual.json"
    write_usual(path, VECTORS, usual_of(np.array([0.5]), np.array([0.5])))
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(UserError, match=r"usual\.json does not hold") as said:
        read_usual(path, VECTORS)
    assert "\n" not in str(said.value)


@pytest.mark.parametrize("content", ["[]", "null", '{"vectors": 1}'])
def test_another_file_is_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "usual.json").write_text(content)
    with pytest.raises(UserError, match="does not hold what is usual"):
        read_usual(tmp_path / "usual.json", VECTORS)
