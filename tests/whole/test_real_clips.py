"""What people ask about real clips, one of each category held out of the index."""

import itertools
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image
from tests.projects import ROOT, run, succeed, write_params

STAGES = (
    *("prepare_weights", "download_videos", "draw_truth", "extract_frames", "find_copies"),
    *("classify_frames", "weigh_objects", "train_video_classifier", "build_index"),
)
CLIPS = 3


@pytest.fixture(scope="module")
def project(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of three clips of each category, by a MobileNetV2; a fourth is `held_out`."""
    made = tmp_path_factory.mktemp("real") / "vidrec"
    made.mkdir()
    for name in ("src", "stages"):
        (made / name).symlink_to(ROOT / name)
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(ROOT / name, made)
    for category in sorted((real_data / "videos").iterdir()):
        *taken, out = sorted(category.iterdir())[: CLIPS + 1]
        (made / "own" / category.name).mkdir(parents=True)
        (made / "held_out").mkdir(exist_ok=True)
        for clip in taken:
            (made / "own" / category.name / clip.name).symlink_to(clip)
        (made / "held_out" / f"{category.name}{out.suffix}").symlink_to(out)
    weights = real_data / "weights" / "mobilenet_v2.pth"
    classifier = {"classifier_arch": "mobilenet_v2", "classifier_file": str(weights)}
    changes = {
        "download_videos": {"source": "directory", "directory": "own"},
        "prepare_weights": {"source": "file", **classifier},
        "weigh_objects": {"term": "probability"},
        "classify_frames": {"precision": "fp32"},
    }
    write_params(made, changes)
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    for name in STAGES:
        command = stages[name]["cmd"].replace("${weigh_objects.detector}", "classified")
        succeed(made, *command.split())
    return made


def recommended(project: Path, video: str) -> list[dict[str, Any]]:
    printed = succeed(project, "python", "-m", "vidrec.cli", "recommend", video, "--json")
    neighbors: list[dict[str, Any]] = json.loads(printed)["neighbors"]
    return neighbors


def content(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of each file, which tell of any write."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}


def test_a_clip_that_was_held_out_gets_ten_with_reasons(project: Path) -> None:
    before = content(project / "data")
    neighbors = recommended(project, "held_out/airplane.mp4")
    assert [item["rank"] for item in neighbors] == list(range(1, 11))
    similarities = [item["similarity"] for item in neighbors]
    assert similarities == sorted(similarities, reverse=True)
    for item in neighbors:
        assert sum(reason["share"] for reason in item["reasons"]) == pytest.approx(1)
    assert content(project / "data") == before


def test_a_clip_of_the_index_gets_by_its_file_what_it_gets_by_its_id(project: Path) -> None:
    files = sorted(itertools.islice((project / "own").glob("*/*"), 2))
    for file in files:
        by_id = recommended(project, file.stem)
        assert file.stem not in [item["video_id"] for item in by_id]
        assert recommended(project, str(file)) == by_id


def test_a_contact_sheet_of_a_clip(project: Path) -> None:
    inspected = run(project, "python", "-m", "vidrec.cli", "inspect", "held_out/bird.mp4")
    assert inspected.returncode == 0, inspected.stderr
    with Image.open(project / inspected.stdout.strip()) as sheet:
        assert sheet.width > 1000
