"""Frames of many videos, of which some are bad."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from vidrec.media import ffmpeg
from vidrec.videos import extract_frames
from vidrec.videos.extract_frames import Params, Video, extract, read_videos
from vidrec.videos.manifest import COLUMNS, Entry, build_manifest
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json
from vidrec.workflow.tables import write_table
from vidrec.workflow.video import Video

ROOT = Path(__file__).parents[2]
PARAMS = Params(fps=3, size=32, fit="stretch", jpeg_quality=3, max_seconds=60.0)


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def make_videos(tmp_path: Path) -> Callable[..., list[Video]]:
    def make(*ids: str) -> list[Video]:
        made = []
        for number, name in enumerate(ids):
            file = tmp_path / "videos" / "cars" / f"{name}.mp4"
            file.parent.mkdir(parents=True, exist_ok=True)
            grey = bytes([40 * number + 20]) * (64 * 48 * 3)
            file.write_bytes(ffmpeg.encode_clip([grey] * 6, 64, 48, 6))
            made.append(Video(name, "cars", file))
        return made

    return make


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_bad_video_does_not_stop_the_others(make_videos: Callable[..., list[Video]]) -> None:
    videos = make_videos("a", "bad", "c")
    videos[1].file.write_text("#EXTM3U\n")
    videos.append(Video("gone", "cars", Path("none.mp4")))
    report = extract(videos, PARAMS, Path("frames"))
    assert report == {"videos": 2, "frames": 6, "failed": {"bad": "playlist", "gone": "missing"}}
    expected = [f"cars/{name}/{number}.jpg" for name in "ac" for number in (1, 2, 3)]
    assert list(contents(Path("frames"))) == expected


def test_no_video_left(make_videos: Callable[..., list[Video]]) -> None:
    videos = make_videos("a")
    videos[0].file.write_bytes(b"")
    with pytest.raises(UserError, match="a: empty"):
        extract(videos, PARAMS, Path("frames"))
    assert not Path("frames").exists()


def test_workers_change_nothing(
    make_videos: Callable[..., list[Video]], monkeypatch: pytest.MonkeyPatch
) -> None:
    videos, got = make_videos("a", "b", "c"), []
    for workers in ("1", "2"):
        shutil.rmtree(".vidrec", ignore_errors=True)
        monkeypatch.setenv("VIDREC_WORKERS", workers)
        extract(videos, PARAMS, Path("frames"))
        got.append(contents(Path("frames")))
    assert got[0] == got[1]


def test_a_killed_run_goes_on(
    make_videos: Callable[..., list[Video]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDREC_WORKERS", "1")
    videos, done = make_videos("a", "b", "c"), list[str]()
    frames_of = extract_frames.frames_of

    def stop_at_b(file: Path, params: Params) -> list[bytes]:
        if file.stem == "b":
            raise KeyboardInterrupt
        return frames_of(file, params)

    monkeypatch.setattr(extract_frames, "frames_of", stop_at_b)
    with pytest.raises(KeyboardInterrupt):
        extract(videos, PARAMS, Path("frames"))
    assert not Path("frames").exists()

    def note(file: Path, params: Params) -> list[bytes]:
        done.append(file.stem)
        return frames_of(file, params)

    monkeypatch.setattr(extract_frames, "frames_of", note)
    extract(videos, PARAMS, Path("frames"))
    assert done == ["b", "c"]
    extract(videos, PARAMS, Path("frames"))
    assert done == ["b", "c"]


def test_only_a_changed_video_is_done_again(
    make_videos: Callable[..., list[Video]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDREC_WORKERS", "1")
    videos = make_videos("a", "b")
    extract(videos, PARAMS, Path("frames"))
    videos[0].file.write_bytes(ffmpeg.encode_clip([bytes(64 * 48 * 3)] * 12, 64, 48, 6))
    done: list[str] = []
    frames_of = extract_frames.frames_of

    def note(file: Path, params: Params) -> list[bytes]:
        done.append(file.stem)
        return frames_of(file, params)

    monkeypatch.setattr(extract_frames, "frames_of", note)
    assert extract(videos, PARAMS, Path("frames"))["frames"] == 9
    assert done == ["a"]


def write_manifest(videos: list[Video]) -> None:
    entries = [Entry(Video(v.category, v.video_id), "directory", file=v.file) for v in videos]
    lost = Entry(Video("cars", "lost"), "directory", status="no_video", error="no video stream")
    write_table(Path("videos/manifest.csv"), build_manifest([*entries, lost], Path("videos")))


def test_the_stage(make_videos: Callable[..., list[Video]]) -> None:
    write_manifest(make_videos("007", "NA"))
    settings = {"fps": 3, "size": 32, "fit": "pad", "jpeg_quality": 3, "max_seconds": 60}
    Path("params.yaml").write_text(yaml.safe_dump({"extract_frames": settings}))
    command = [sys.executable, str(ROOT / "stages/extract_frames.py"), "--videos", "videos"]
    outputs = ["--frames", "out/frames", "--metrics", "out/m.json"]
    ended = subprocess.run([*command, *outputs], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert read_json(Path("out/m.json")) == {"videos": 2, "frames": 6, "failed": {}}
    assert len(contents(Path("out/frames"))) == 6


def test_manifest_without_any_video() -> None:
    with pytest.raises(UserError, match="missing"):
        read_videos(Path("videos"))
    write_manifest([])
    with pytest.raises(UserError, match="no video that is ok"):
        read_videos(Path("videos"))
    assert Path("videos/manifest.csv").read_text().startswith(",".join(COLUMNS) + "\n")
