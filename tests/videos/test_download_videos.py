"""The stage over its sources: one manifest, whatever they are."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from vidrec.media import ffmpeg
from vidrec.media.containers import VideoError
from vidrec.settings.download_videos import Params
from vidrec.videos import youtube
from vidrec.videos.download_videos import download
from vidrec.videos.manifest import COLUMNS, read_manifest
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import sha256_of

ROOT = Path(__file__).parents[2]
PARAMS = Params(
    source="sample",
    directory="own",
    seed=1,
    sample_videos_per_category=1,
    sample_seconds=1.0,
    sample_fps=6,
    youtube_manifest="youtube.csv",
    youtube_videos_per_category=2,
    youtube_min_videos_per_category=1,
    youtube_max_duration_s=600.0,
    youtube_max_height=480,
    youtube_max_filesize_mb=50,
    frames_fps=3,
    frame_size=64,
    frame_fit="stretch",
)


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def add_own(name: str, content: bytes | None = None) -> None:
    path = Path("own") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content or ffmpeg.encode_clip([bytes(64 * 48 * 3)] * 6, 64, 48, 6))


def test_sample() -> None:
    truth = download(PARAMS, Path("data/videos"))
    table = read_manifest(Path("data/videos"))
    assert tuple(table.columns) == COLUMNS
    assert list(table["category"]) == ["cars", "cycling", "music", "pets"]
    assert set(table["status"]) == {"ok"}
    for path, digest in zip(table["path"], table["sha256"], strict=True):
        assert sha256_of(Path(path)) == digest
    assert set(truth.areas["video_id"]) == set(table["video_id"])


def test_directory_has_no_truth() -> None:
    add_own("pets/a.mp4")
    add_own("pets/bad.mp4", b"nonsense")
    truth = download(replace(PARAMS, source="directory"), Path("videos"))
    assert list(read_manifest(Path("videos"))["status"]) == ["ok", "unknown_container"]
    assert truth.areas.empty
    assert list(truth.areas.columns) == ["video_id", "frame", "label", "area_pct"]
    assert list(truth.masks.columns) == ["video_id", "frame", "label", "size", "counts"]


def test_nothing_of_use() -> None:
    add_own("pets/bad.mp4", b"nonsense")
    with pytest.raises(UserError, match="1 unknown_container"):
        download(replace(PARAMS, source="directory"), Path("videos"))
    assert not Path("videos").exists()


def test_youtube(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("youtube.csv").write_text(
        "category,rank,video_id,title,duration_s\npets,1,a,A,1\npets,2,b,B,1\npets,3,c,C,1\n"
    )
    add_own("pets/x.mp4")

    def fake(url: str, name: str, rules: youtube.Rules) -> Path:
        if name == "a":
            raise VideoError("unavailable", "gone\nfor good")
        return Path("own/pets/x.mp4").rename(f"own/{name}.mp4")

    monkeypatch.setattr(youtube, "download", fake)
    params = replace(PARAMS, source="youtube", youtube_videos_per_category=1)
    download(params, Path("videos"))
    table = read_manifest(Path("videos"))
    assert list(table["video_id"]) == ["a", "b"]
    assert list(table["status"]) == ["unavailable", "ok"]
    assert list(table["error"]) == ["gone for good", ""]
    assert list(table["source"]) == ["youtube", "youtube"]


def run_stage(settings: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    frames = {"fps": 3, "size": 64, "fit": "stretch"}
    own = {k: v for k, v in vars(PARAMS).items() if not k.startswith("frame")}
    document = {"download_videos": own | settings, "extract_frames": frames}
    Path("params.yaml").write_text(yaml.safe_dump(document))
    command = [sys.executable, str(ROOT / "stages/download_videos.py"), "--videos", "out/videos"]
    outputs = ["--truth", "out/truth.csv", "--truth-masks", "out/masks.csv"]
    return subprocess.run([*command, *outputs], capture_output=True, text=True, check=False)


def test_the_stage_writes_header_only_truth() -> None:
    add_own("pets/a.mp4")
    ended = run_stage({"source": "directory"})
    assert ended.returncode == 0, ended.stderr
    assert Path("out/truth.csv").read_text() == "video_id,frame,label,area_pct\n"
    assert Path("out/masks.csv").read_text() == "video_id,frame,label,size,counts\n"
    assert Path("out/videos/pets/a.mp4").is_symlink()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"source": "tape"}, "must be one of sample, youtube, directory"),
        ({"source": "directory", "directory": "nowhere"}, "nowhere is not a directory"),
        ({"source": "youtube"}, "vidrec discover"),
        ({"source": "sample", "sample_fps": 0}, "sample_fps"),
    ],
)
def test_user_errors_are_one_line(settings: dict[str, Any], told: str) -> None:
    ended = run_stage(settings)
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: ")
    assert told in ended.stderr
    assert ended.stderr.count("\n") == 1
