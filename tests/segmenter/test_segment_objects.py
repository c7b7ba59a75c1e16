from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from vidrec.detections.rle import area_pct
from vidrec.detections.tree import read_videos
from vidrec.segmenter import segment_objects
from vidrec.segmenter.object_segmenter import load_segmenter
from vidrec.workflow.files import read_json

Write = Callable[[Path, int, int], None]
OWN = {
    "fps": 1.0,
    "resolution": 64,
    "proposals": 1,
    "threshold": 0.05,
    "detections": 4,
    "max_overlap": 1.0,
    "precision": "fp32",
    "weights": "pretrained",
}


@pytest.fixture
def arguments(
    tmp_path: Path, write_frames: Write, segmenter_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    monkeypatch.chdir(tmp_path)
    write_frames(tmp_path / "frames" / "pets" / "a", 4, 0)
    write_frames(tmp_path / "frames" / "cars" / "b", 2, 1)
    write_params(0.05)
    inputs = ["--frames", "frames", "--weights", str(segmenter_folder)]
    yield [*inputs, "--detections", "out", "--metrics", "metrics.json"]
    load_segmenter.cache_clear()


def write_params(threshold: float) -> None:
    content = {
        "segment_objects": {**OWN, "threshold": threshold},
        "extract_frames": {"fps": 3},
        "run": {"segmented": True},
    }
    Path("params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")


def test_the_stage_writes_a_row_and_a_mask_per_object_of_which_there_may_be_none(
    arguments: list[str], run_stage: Callable[..., int]
) -> None:
    assert run_stage("segment_objects", *arguments) == 0
    text = Path("out/pets/a.csv").read_text(encoding="utf-8")
    assert text.startswith("frame,label,confidence,area_pct\n1,handbag,0.")
    videos = read_videos(Path("out"), with_distribution=False)
    found = {video.video.video_id: video.table for video in videos}
    assert found["a"]["frame"].tolist() == [1, 1, 4, 4]
    assert found["b"]["frame"].tolist() == [1, 1]
    assert found["a"]["label"].tolist() == ["handbag", "person"] * 2
    assert found["a"]["area_pct"].between(0, 100).all()
    beside = read_json(Path("out/pets/a.masks.json"))
    assert beside["frames"] == [1, 4]
    np.testing.assert_allclose(area_pct(beside["masks"]), found["a"]["area_pct"], atol=1e-4)
    stored = list(Path(".vidrec/checkpoints/segment_objects").iterdir())
    assert len(stored) == 2
    assert read_json(Path("metrics.json")) == {"segmented_by": "openvino fp32"}

    write_params(threshold=0.99)
    assert run_stage("segment_objects", *arguments) == 0
    path = Path("out/pets/a.csv")
    assert path.read_text(encoding="utf-8") == "frame,label,confidence,area_pct\n"
    assert read_json(path.with_suffix(".masks.json")) == {"frames": [1, 4], "masks": []}


def test_what_was_kept_gives_the_same_bytes_as_what_is_found_anew(
    arguments: list[str], run_stage: Callable[..., int]
) -> None:
    written = []
    for _ in range(2):
        assert run_stage("segment_objects", *arguments) == 0
        written.append({path: path.read_bytes() for path in Path("out").rglob("*.*")})
    assert written[0] == written[1]
    assert len(written[0]) == 4


def test_how_long_it_takes_is_told_of_what_is_not_finished(
    arguments: list[str],
    run_stage: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_stage("segment_objects", *arguments) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(segment_objects, "LONG_S", 0.0)
    clock = SimpleNamespace(perf_counter=iter((0.0, 3_000.0)).__next__)
    monkeypatch.setattr(segment_objects, "time", clock)
    assert run_stage("segment_objects", *arguments) == 0
    assert capsys.readouterr().err == ""
    # What is kept was made with another threshold: all is to be done again.
    write_params(threshold=0.99)
    assert run_stage("segment_objects", *arguments) == 0
    assert capsys.readouterr().err == (
        "segment_objects: 3 frames, 3000.00 s each, 1 at a time: about 2 h. For less lower"
        " segment_objects.fps (now 1) or segment_objects.resolution (now 64), or set"
        " run.segmented to false\n"
    )


def test_where_no_objects_are_wanted_nothing_was_computed(
    arguments: list[str], run_stage: Callable[..., int]
) -> None:
    content = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    content["run"]["segmented"] = False
    Path("params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    assert run_stage("segment_objects", *arguments) == 0
    assert set(read_json(Path("metrics.json")).values()) == {None}
