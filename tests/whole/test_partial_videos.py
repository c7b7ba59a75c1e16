"""A half-copied video, from its file to the page: what decodes of it counts, and this is said."""

import json
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from tests.pages import data_of
from tests.projects import ROOT

from vidrec.commands.params_file import change
from vidrec.media import ffmpeg

SECONDS, FPS = 10, 6
STAGES = (
    *("download_videos", "draw_truth", "extract_frames", "find_copies", "classify_frames"),
    *("weigh_objects", "train_video_classifier", "build_index", "render_report"),
)
PARAMS = {
    "download_videos.source": "directory",
    "download_videos.directory": "own",
    "classify_frames.precision": "fp32",
    "weigh_objects.detector": "classified",
}


def write_clip(file: Path, seed: int) -> None:
    """A clip of SECONDS whose pictures all differ, in the container that the name ends in."""
    coarse = np.random.default_rng(seed).integers(0, 256, (SECONDS * FPS, 6, 8, 3), dtype=np.uint8)
    frames = coarse.repeat(8, axis=1).repeat(8, axis=2)
    clip = file.with_suffix(".mp4")
    clip.write_bytes(ffmpeg.encode_clip([frame.tobytes() for frame in frames], 64, 48, FPS))
    if clip != file:
        command = [ffmpeg.binary(), "-v", "error", "-i", str(clip), "-c", "copy", str(file)]
        subprocess.run(command, check=True)
        clip.unlink()


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clips and the first half of the bytes of a third, in one category."""
    folder = tmp_path_factory.mktemp("videos") / "clips"
    folder.mkdir()
    for seed, name in enumerate(("a.mp4", "b.mkv", "half_copied.mkv")):
        write_clip(folder / name, seed)
    half = folder / "half_copied.mkv"
    half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
    return folder


def test_a_half_copied_video_counts_and_is_told_of_everywhere(
    videos: Path,
    classifier_folder: Path,
    run_stage: Callable[..., int],
    vidrec: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(ROOT / name, ".")
    change(Path("params.yaml"), PARAMS)
    Path("stages").mkdir()
    shutil.copytree(videos, "own/clips")
    shutil.copytree(classifier_folder, "data/weights/classifier")

    assert vidrec("scan") == 0
    told = capsys.readouterr().out.splitlines()
    assert "3 videos in 1 category: clips 3" in told
    (trouble,) = (line for line in told if line.startswith("partial: "))
    said = trouble.removeprefix("partial: clips/half_copied.mkv: ").partition(";")[0]
    assert said.startswith("cut off after "), trouble

    stages = yaml.safe_load(Path("dvc.yaml").read_text())["stages"]
    for stage in STAGES:
        command = stages[stage]["cmd"].replace("${weigh_objects.detector}", "classified")
        assert run_stage(stage, *shlex.split(command)[2:]) == 0, stage
    assert "gives no frames" not in capsys.readouterr().err
    manifest = pd.read_csv("data/videos/manifest.csv", index_col="video_id")
    assert dict(manifest["status"]) == {"a": "ok", "b": "ok", "half_copied": "partial"}
    assert manifest["error"]["half_copied"] == said
    frames = len(list(Path("data/frames/clips/half_copied").iterdir()))
    assert 3 * 4 <= frames <= 3 * 6
    assert manifest["duration_s"]["a"] == SECONDS
    assert json.loads(Path("metrics/extract_frames.json").read_text()) == {"failed_videos": 0}

    data = data_of(Path("reports/index.html").read_text(encoding="utf-8"))
    assert data["partial"] == {str(data["ids"].index("half_copied")): said}
    assert data["leftOut"] == []

    assert vidrec("list") == 0
    assert f"in the index, partial: {said}" in capsys.readouterr().out
    assert vidrec("recommend", "a", "--json") == 0
    found = json.loads(capsys.readouterr().out)["neighbors"]
    assert {each["video_id"] for each in found} == {"b", "half_copied"}
    assert vidrec("recommend", "own/clips/half_copied.mkv", "--json") == 0
    assert json.loads(capsys.readouterr().out)["video_id"] == "half_copied"
