"""Frames of many videos, of which some are bad."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from vidrec.media import ffmpeg
from vidrec.media.extraction import Extraction
from vidrec.media.frame_index import read_index, videos_below
from vidrec.media.frames import read_frames
from vidrec.settings.extract_frames import FrameSettings
from vidrec.videos import framing
from vidrec.videos.extract_frames import extract, extract_all
from vidrec.videos.manifest import (
    COLUMNS,
    DIRECTORY,
    Entry,
    build_manifest,
    read_good,
    write_manifest,
)
from vidrec.workflow import checkpoints, kept
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json, sha256_of
from vidrec.workflow.video import Video

ROOT = Path(__file__).parents[2]
PARAMS = FrameSettings(
    fps=3,
    size=32,
    fit="stretch",
    jpeg_quality=3,
    max_seconds=60.0,
    min_decoded_share=0.25,
    more_codecs=(),
)


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


Make = Callable[..., list[Entry]]


@pytest.fixture
def make_videos(tmp_path: Path) -> Make:
    def make(*ids: str) -> list[Entry]:
        made = []
        for number, name in enumerate(ids):
            file = tmp_path / "videos" / "cars" / f"{name}.mp4"
            file.parent.mkdir(parents=True, exist_ok=True)
            grey = bytes([40 * number + 20]) * (64 * 48 * 3)
            file.write_bytes(ffmpeg.encode_clip([grey] * 6, 64, 48, 6))
            made.append(Entry(Video("cars", name), "youtube", file=file))
        return made

    return make


def file_of(entry: Entry) -> Path:
    assert entry.file is not None
    return entry.file


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_bad_video_does_not_stop_the_others(make_videos: Make) -> None:
    videos = make_videos("a", "bad", "c")
    file_of(videos[1]).write_text("#EXTM3U\n")
    videos.append(Entry(Video("cars", "gone"), "youtube", file=Path("none.mp4")))
    failed = extract(videos, PARAMS, Path("frames"))
    assert failed.to_dict("list") == {
        "video_id": ["bad", "gone"],
        "category": ["cars", "cars"],
        "status": ["playlist", "missing"],
    }
    expected = [f"cars/{name}/{number}.jpg" for name in "ac" for number in (1, 2, 3)]
    assert list(contents(Path("frames"))) == expected


def test_no_video_left(make_videos: Make) -> None:
    videos = make_videos("a")
    file_of(videos[0]).write_bytes(b"")
    with pytest.raises(UserError, match="a: empty"):
        extract(videos, PARAMS, Path("frames"), Path("frames.csv"))
    assert not Path("frames.csv").exists()
    with pytest.raises(UserError, match="frames is not whole"):
        videos_below(Path("frames"))


def test_workers_change_nothing(make_videos: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    videos, got = make_videos("a", "b", "c"), []
    for workers in ("1", "2"):
        shutil.rmtree(".vidrec", ignore_errors=True)
        monkeypatch.setenv("VIDREC_WORKERS", workers)
        extract(videos, PARAMS, Path("frames"))
        got.append(contents(Path("frames")))
    assert got[0] == got[1]


def test_a_killed_run_goes_on(make_videos: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDREC_WORKERS", "1")
    videos, done = make_videos("a", "b", "c"), list[str]()
    take_frames = framing.take_frames

    def stop_at_b(file: Path, params: FrameSettings) -> Extraction:
        if file.stem == "b":
            raise KeyboardInterrupt
        return take_frames(file, params)

    monkeypatch.setattr(framing, "take_frames", stop_at_b)
    with pytest.raises(KeyboardInterrupt):
        extract(videos, PARAMS, Path("frames"), Path("frames.csv"))
    assert not Path("frames.csv").exists()
    with pytest.raises(UserError, match="frames is not whole"):
        videos_below(Path("frames"))

    def note(file: Path, params: FrameSettings) -> Extraction:
        done.append(file.stem)
        return take_frames(file, params)

    monkeypatch.setattr(framing, "take_frames", note)
    extract(videos, PARAMS, Path("frames"))
    assert done == ["b", "c"]
    extract(videos, PARAMS, Path("frames"))
    assert done == ["b", "c"]


def test_only_a_changed_video_is_done_again(
    make_videos: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDREC_WORKERS", "1")
    videos = make_videos("a", "b")
    extract(videos, PARAMS, Path("frames"))
    file_of(videos[0]).write_bytes(ffmpeg.encode_clip([bytes(64 * 48 * 3)] * 12, 64, 48, 6))
    done: list[str] = []
    take_frames = framing.take_frames

    def note(file: Path, params: FrameSettings) -> Extraction:
        done.append(file.stem)
        return take_frames(file, params)

    monkeypatch.setattr(framing, "take_frames", note)
    assert extract(videos, PARAMS, Path("frames")).empty
    assert len(contents(Path("frames"))) == 9
    assert done == ["a"]


def files_of(folder: Path) -> dict[str, int]:
    """The number of each file in the file system."""
    return {str(path.relative_to(folder)): path.stat().st_ino for path in folder.rglob("*.jpg")}


def test_frames_lie_once_on_the_disk_whatever_params_there_were(make_videos: Make) -> None:
    videos, frames = make_videos("a", "b"), Path("frames")
    extract(videos, PARAMS, frames)
    first = files_of(frames)
    extract(videos, replace(PARAMS, fps=2), frames)
    assert not set(files_of(frames).values()) & set(first.values())
    extract(videos, PARAMS, frames)
    assert files_of(frames) == first
    kept = files_of(Path(".vidrec/checkpoints/frames"))
    assert set(first.values()) < set(kept.values())
    assert len(kept) == 2 * (3 + 2)


def test_what_is_as_it_is_to_be_stays_untouched(make_videos: Make) -> None:
    videos, frames = make_videos("a", "b"), Path("frames")
    extract(videos, PARAMS, frames)
    before = {path: path.stat().st_ino for path in frames.glob("*/*")}
    extract([*videos, *make_videos("a", "b", "c")[2:]], PARAMS, frames)
    after = {path: path.stat().st_ino for path in frames.glob("*/*")}
    assert after.items() > before.items()
    assert len(after) == 3


def test_a_video_that_is_gone_has_no_frames_any_more_and_notes_stay(make_videos: Make) -> None:
    videos, frames = make_videos("a", "b"), Path("frames")
    extract(videos, PARAMS, frames)
    for name in ("cars/a", "cars/b", "."):
        (frames / name / "notes.txt").write_text("mine")
    for name in ("cars/b/me.jpg", "../elsewhere/x/1.jpg"):
        (frames / name).parent.mkdir(parents=True, exist_ok=True)
        (frames / name).write_bytes(b"mine")
    (frames / "link").symlink_to(Path("elsewhere").absolute())
    (frames / "gone/v").mkdir(parents=True)
    (frames / "gone/v/1.jpg").write_bytes(b"old")
    extract(videos[:1], PARAMS, frames)
    names = {path.relative_to(frames).as_posix() for path in frames.rglob("*.*")}
    assert Path("elsewhere/x/1.jpg").is_file()
    assert names == {
        *("cars/a/1.jpg", "cars/a/2.jpg", "cars/a/3.jpg"),
        *("cars/a/notes.txt", "cars/b/notes.txt", "cars/b/me.jpg", "notes.txt"),
    }
    assert not (frames / "gone").exists()


@pytest.mark.parametrize("how", ["deleted", "cut short", "one more", "all deleted"])
def test_frames_that_are_not_as_they_were_are_mended(make_videos: Make, how: str) -> None:
    videos, frames = make_videos("a", "b"), Path("frames")
    extract(videos, PARAMS, frames)
    before, file = contents(frames), frames / "cars/a/2.jpg"
    if how == "cut short":
        file.chmod(0o644)
        os.truncate(file, 100)
    elif how == "one more":
        shutil.copy(file, frames / "cars/a/4.jpg")
    else:
        shutil.rmtree(file.parent) if how == "all deleted" else file.unlink()
    extract(videos, PARAMS, frames)
    assert contents(frames) == before


def test_where_no_links_can_be_made_there_are_copies(
    make_videos: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    videos, frames = make_videos("a", "b"), Path("frames")
    monkeypatch.setattr(os, "link", refuse)
    extract(videos, PARAMS, frames)
    first = contents(frames)
    assert all(path.stat().st_nlink == 1 for path in frames.rglob("*.jpg"))
    before = {path: path.stat().st_ino for path in frames.glob("*/*")}
    extract(videos, PARAMS, frames)
    assert {path: path.stat().st_ino for path in frames.glob("*/*")} == before
    (frames / "cars/b/1.jpg").chmod(0o644)
    (frames / "cars/b/1.jpg").write_bytes(b"damaged")
    extract(videos, PARAMS, frames)
    assert contents(frames) == first


def test_frames_stay_where_what_is_kept_of_them_is_removed(make_videos: Make) -> None:
    videos, frames = make_videos("a"), Path("frames")
    extract(videos, PARAMS, frames)
    before, store = contents(frames), Path(".vidrec/checkpoints")
    assert sum(piece.size for piece in kept.pieces(store)) < 1000
    shutil.rmtree(frames)
    size = sum(map(len, before.values()))
    assert 0 <= sum(piece.size for piece in kept.pieces(store)) - size < 1000
    extract(videos, PARAMS, frames)
    kept.trim(store, kept.Bounds(0, 0))
    assert not [path for path in store.rglob("*") if path.is_file()]
    assert contents(frames) == before


def list_videos(entries: list[Entry]) -> None:
    lost = Entry(Video("cars", "lost"), "youtube", status="no_video", error="no video stream")
    write_manifest(Path("videos"), build_manifest([*entries, lost], Path("videos")))


def run_stage() -> subprocess.CompletedProcess[str]:
    settings = {"fps": 3, "size": 32, "fit": "pad", "jpeg_quality": 3, "max_seconds": 60}
    settings |= {"min_decoded_share": 0.25, "more_codecs": []}
    Path("params.yaml").write_text(yaml.safe_dump({"extract_frames": settings}))
    command = [sys.executable, str(ROOT / "stages/extract_frames.py"), "--videos", "videos"]
    outputs = [
        "--frames",
        "out/frames",
        "--frame-index",
        "out/frames.csv",
        "--metrics",
        "out/m.json",
        "--failed",
        "out/failed.csv",
    ]
    return subprocess.run([*command, *outputs], capture_output=True, text=True, check=False)


def test_the_stage(make_videos: Make) -> None:
    list_videos(make_videos("007", "NA"))
    ended = run_stage()
    assert ended.returncode == 0, ended.stderr
    assert read_json(Path("out/m.json")) == {"failed_videos": 0}
    assert Path("out/failed.csv").read_text() == "video_id,category,status\n"
    assert {path.name for path in Path("out/frames/cars").iterdir()} == {"007", "NA"}
    assert len(contents(Path("out/frames"))) == 6
    framed = read_index(Path("out/frames.csv"))
    assert [(str(each), each.frames) for each in framed] == [("cars/007", 3), ("cars/NA", 3)]
    for each in framed:
        assert read_frames(each.video.below(Path("out/frames"))).digest == each.sha256


def own_video(folder: Path, sha256: str = "") -> Entry:
    file = folder / "a.mp4"
    sha256 = sha256 or sha256_of(file)
    return Entry(Video("cars", "a"), DIRECTORY, file=file, sha256=sha256, path="cars/a.mp4")


def test_of_an_own_video_that_is_finished_no_file_is_needed(make_videos: Make) -> None:
    (entry,) = make_videos("a")
    own = own_video(file_of(entry).parent)
    extract([own], PARAMS, Path("frames"))
    first = contents(Path("frames"))
    file_of(entry).unlink()
    extract([own], PARAMS, Path("frames"))
    assert contents(Path("frames")) == first
    with pytest.raises(UserError, match=r"cars/a\.mp4, a video .* is not on this machine"):
        extract([own], replace(PARAMS, fps=1), Path("frames"))


def test_an_own_video_that_has_changed_is_no_failed_video(make_videos: Make) -> None:
    (entry,) = make_videos("a")
    with pytest.raises(UserError, match=r"cars/a\.mp4 has changed since it was listed"):
        extract([own_video(file_of(entry).parent, "0" * 64)], PARAMS, Path("frames"))


def test_the_stage_names_the_videos_that_fail(make_videos: Make) -> None:
    videos = make_videos("a", "007")
    list_videos(videos)
    file_of(videos[1]).write_bytes(b"")
    ended = run_stage()
    assert ended.returncode == 0, ended.stderr
    assert read_json(Path("out/m.json")) == {"failed_videos": 1}
    assert Path("out/failed.csv").read_text() == "video_id,category,status\n007,cars,empty\n"
    assert ended.stderr.splitlines()[-1] == (
        "cars/007 gives no frames (empty) and is left out, though its status is ok"
    )
    assert len(contents(Path("out/frames"))) == 3


def test_the_stage_takes_frames_of_partial_videos(make_videos: Make) -> None:
    whole, broken = make_videos("a", "b")
    list_videos([whole, replace(broken, status="partial", error="cut off after 1 of 2 s")])
    ended = run_stage()
    assert ended.returncode == 0, ended.stderr
    assert "gives no frames" not in ended.stderr
    assert {path.name for path in Path("out/frames/cars").iterdir()} == {"a", "b"}


def test_manifest_without_any_video() -> None:
    with pytest.raises(UserError, match="missing"):
        read_good(Path("videos"), Path("own"))
    list_videos([])
    with pytest.raises(UserError, match="names no video that can be used"):
        read_good(Path("videos"), Path("own"))
    assert Path("videos/manifest.csv").read_text().startswith(",".join(COLUMNS) + "\n")


def test_what_is_finished_is_known_by_the_code_that_makes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made_by: list[ModuleType] = []

    def note(modules: Iterable[ModuleType]) -> str:
        made_by.extend(modules)
        return ""

    monkeypatch.setattr(checkpoints, "digest_of", note)
    extract_all([], PARAMS)
    assert made_by == [framing]
