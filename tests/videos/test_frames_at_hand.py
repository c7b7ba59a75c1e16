"""Frames of an index that are there, that are not, and that are others."""

import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import yaml

from vidrec.media import ffmpeg
from vidrec.media.frame_index import FrameSource, NoFramesError, read_index, videos_below
from vidrec.settings.extract_frames import FrameSettings
from vidrec.videos import extract_frames, framing
from vidrec.videos.frames_at_hand import Origin, frame_source
from vidrec.videos.manifest import DIRECTORY, Entry, build_manifest, write_manifest
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import sha256_of
from vidrec.workflow.video import Video

FRAMES, INDEX, VIDEOS = Path("frames"), Path("frames.csv"), Path("videos")
PARAMS = FrameSettings(3, 32, "stretch", 3, 60.0, 0.25, ())
STORE = Path(".vidrec/checkpoints")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two videos with their frames, the index of these, and what is kept."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIDREC_WORKERS", "1")
    write_settings(fps=3)
    entries = [write_video(name, grey) for name, grey in (("a", 40), ("b", 90))]
    write_manifest(VIDEOS, build_manifest(entries, VIDEOS))
    extract_frames.extract(entries, PARAMS, FRAMES, INDEX)


def write_settings(fps: int) -> None:
    settings = asdict(PARAMS) | {"fps": fps, "more_codecs": []}
    Path("params.yaml").write_text(yaml.safe_dump({"extract_frames": settings}))


def write_video(name: str, grey: int) -> Entry:
    file = VIDEOS / "cars" / f"{name}.mp4"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(ffmpeg.encode_clip([bytes([grey]) * (64 * 48 * 3)] * 6, 64, 48, 6))
    return Entry(Video("cars", name), "youtube", file=file)


def source() -> FrameSource:
    return frame_source(FRAMES, INDEX, Origin(VIDEOS, Path("params.yaml")))


def read_all() -> list[list[bytes]]:
    at_hand = source()
    return [list(at_hand.read(each).files) for each in at_hand.framed]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The videos of which frames are taken from now on."""
    taken: list[str] = []
    take_frames = framing.take_frames

    def note(file: Path, settings: FrameSettings) -> object:
        taken.append(file.stem)
        return take_frames(file, settings)

    monkeypatch.setattr(framing, "take_frames", note)
    return taken


def damage(path: Path) -> None:
    """Change one bit, in place."""
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_what_is_there_is_read_and_nothing_written(taken: list[str]) -> None:
    before = {path: path.stat().st_ino for path in FRAMES.rglob("*")}
    assert [len(each) for each in read_all()] == [3, 3]
    assert {path: path.stat().st_ino for path in FRAMES.rglob("*")} == before
    assert not taken


BREAK: dict[str, Callable[[], object]] = {
    "one file is gone": lambda: Path("frames/cars/a/2.jpg").unlink(),
    "one directory is gone": lambda: shutil.rmtree("frames/cars/a"),
    "all are gone": lambda: shutil.rmtree("frames"),
    "a bit is other": lambda: damage(Path("frames/cars/a/2.jpg")),
    "a file is empty": lambda: os.truncate("frames/cars/a/2.jpg", 0),
    "there is one more": lambda: shutil.copy("frames/cars/a/1.jpg", "frames/cars/a/4.jpg"),
    "it has those of another": lambda: swap(Path("frames/cars/a"), Path("frames/cars/b")),
}


def swap(one: Path, other: Path) -> None:
    one.rename("aside")
    other.rename(one)
    Path("aside").rename(other)


@pytest.mark.parametrize("how", BREAK)
@pytest.mark.parametrize("kept", [True, False])
def test_what_is_missing_or_other_is_made_again(how: str, kept: bool, taken: list[str]) -> None:
    first = read_all()
    if not kept:
        shutil.rmtree(STORE)
    BREAK[how]()
    assert read_all() == first
    again = set(taken)
    # What is kept is links of the same files, so that damage is of both.
    assert again <= {"a", "b"}
    assert bool(again) is (not kept or how in ("a bit is other", "a file is empty"))
    files = {path.stat().st_ino for path in Path(STORE, "frames").rglob("*.jpg")}
    assert all(p.stat().st_ino in files for p in FRAMES.glob("cars/a/*.jpg"))
    taken.clear()
    assert read_all() == first
    assert not taken


def test_frames_of_other_params_come_back_from_what_is_kept(taken: list[str]) -> None:
    first, index = read_all(), INDEX.read_bytes()
    entries = [Entry(x.video, "youtube", file=VIDEOS / f"{x}.mp4") for x in read_index(INDEX)]
    extract_frames.extract(entries, replace(PARAMS, fps=2), FRAMES, INDEX)
    taken.clear()
    assert [len(each) for each in read_all()] == [2, 2]
    INDEX.write_bytes(index)
    assert read_all() == first
    assert not taken


def test_frames_that_become_others_when_made_again_are_told() -> None:
    shutil.rmtree(STORE)
    shutil.rmtree(FRAMES)
    write_settings(fps=2)
    with pytest.raises(
        NoFramesError,
        match=r"frames/cars/a lacks its frames, and those made now are other ones \(another ffmpeg"
        r", or other params\): run `dvc repro -s -f extract_frames`",
    ):
        read_all()


def forget() -> None:
    shutil.rmtree(STORE)
    shutil.rmtree(FRAMES)


def test_without_the_video_it_is_told_what_to_do() -> None:
    forget()
    (VIDEOS / "cars/a.mp4").unlink()
    with pytest.raises(NoFramesError, match=r"cars/a\.mp4 is missing: run `dvc pull videos`"):
        read_all()
    (VIDEOS / "manifest.csv").unlink()
    with pytest.raises(NoFramesError, match=r"manifest\.csv is missing: run `dvc pull videos`"):
        read_all()


def test_a_video_that_does_not_decode_any_more_is_told() -> None:
    forget()
    (VIDEOS / "cars/a.mp4").write_bytes(b"")
    with pytest.raises(NoFramesError, match=r"other ones \(the file is empty\): run"):
        read_all()


def test_a_video_that_only_the_index_has_is_told() -> None:
    forget()
    write_manifest(VIDEOS, build_manifest([write_video("b", 90)], VIDEOS))
    with pytest.raises(NoFramesError, match="videos has no such video: run `dvc repro"):
        read_all()


def test_without_videos_there_is_nothing_to_make_them_of() -> None:
    forget()
    at_hand = frame_source(FRAMES, INDEX, Origin(None, Path("params.yaml")))
    with pytest.raises(NoFramesError, match="name them with --videos"):
        at_hand.read(at_hand.framed[0])


def test_an_own_video_is_looked_for_where_its_owner_keeps_it() -> None:
    file = (VIDEOS / "cars/a.mp4").rename("a.mp4")
    own = Entry(Video("cars", "a"), DIRECTORY, sha256=sha256_of(file), path="a.mp4")
    write_manifest(VIDEOS, build_manifest([own, write_video("b", 90)], VIDEOS))
    first = read_all()
    forget()
    with pytest.raises(NoFramesError, match=r"a\.mp4, a video of the list, .* `vidrec use DIR`"):
        read_all()
    Path(".vidrec").mkdir(exist_ok=True)
    Path(".vidrec/videos").symlink_to(Path.cwd())
    assert read_all() == first


def test_the_number_of_frames_must_be_that_of_the_index() -> None:
    INDEX.write_text(INDEX.read_text().replace("a,cars,3,", "a,cars,4,"))
    with pytest.raises(
        NoFramesError, match="has 3 frames, of which the index says that they are 4"
    ):
        read_all()


def test_frames_made_again_one_by_one_are_not_taken_for_all() -> None:
    shutil.rmtree(FRAMES)
    at_hand = source()
    at_hand.read(at_hand.framed[0])
    with pytest.raises(UserError, match="frames is not whole"):
        videos_below(FRAMES)
