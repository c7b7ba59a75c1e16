"""Frames of good, odd and hostile files."""

import os
import shutil
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.clips import FORM, RULES, clip, pictures, take

from vidrec.media import ffmpeg
from vidrec.media.containers import VideoError
from vidrec.media.extraction import Rules


def status_of(path: Path, rules: Rules = RULES) -> str:
    """The status of a file that gives no frames."""
    with pytest.raises(VideoError) as caught:
        take(path, rules=rules)
    return caught.value.status


@pytest.mark.parametrize("fps", [6, 25, 29.97, 30])
def test_frames_do_not_drift(tmp_path: Path, fps: float) -> None:
    seconds = 4
    frames = pictures(clip(tmp_path / "a.mp4", round(seconds * fps), fps))
    assert len(frames) == 3 * seconds
    for number, frame in enumerate(frames):
        shown = frame.mean() / 2
        assert number * fps / 3 - 1.5 <= shown <= (number + 0.5) * fps / 3 + 1


def test_29_97_fps_does_not_drift_over_a_minute(tmp_path: Path) -> None:
    frames = pictures(clip(tmp_path / "a.mp4", 1798, 29.97, 16, 16), replace(FORM, size=16))
    assert abs(len(frames) - 180) <= 1


def test_same_bytes_again(tmp_path: Path) -> None:
    first, again = clip(tmp_path / "a.mp4", 12, 6), clip(tmp_path / "b.mp4", 12, 6)
    assert first.read_bytes() == again.read_bytes()
    got = [take(path, replace(FORM, fit="pad")) for path in (first, again)]
    assert got[0] == got[1]
    assert len(got[0].frames) == 6


def test_white_stays_white(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(ffmpeg.encode_clip([b"\xff" * 64 * 48 * 3] * 6, 64, 48, 6))
    assert pictures(path)[0].min() >= 250


def test_fit(tmp_path: Path) -> None:
    picture = np.zeros((48, 96, 3), np.uint8)
    picture[:, :24] = picture[:, 72:] = 255
    path = tmp_path / "a.mp4"
    path.write_bytes(ffmpeg.encode_clip([picture.tobytes()] * 3, 96, 48, 3))
    stretched, cropped, padded = (
        pictures(path, replace(FORM, fit=fit))[0] for fit in ("stretch", "crop", "pad")
    )
    assert [int(stretched[16, x, 0]) > 128 for x in (2, 16, 29)] == [True, False, True]
    assert cropped.mean() < 20
    assert padded[2].max() < 20
    assert padded[16, 2, 0] > 230
    assert {frame.shape for frame in (stretched, cropped, padded)} == {(32, 32, 3)}


def test_max_seconds_caps_the_count(tmp_path: Path) -> None:
    found = take(clip(tmp_path / "a.mp4", 24, 6), rules=replace(RULES, max_seconds=2))
    assert (len(found.frames), found.duration_s, found.status) == (6, 4.0, "ok")


NAMES = (b"-i.mp4", b"a b.mp4", b"%d.mp4", b"a:b.mp4", b"pipe:0", "ünï\n.mp4".encode(), b"\xff.mp4")


@pytest.mark.parametrize("name", [os.fsdecode(name) for name in NAMES])
def test_any_file_name(tmp_path: Path, name: str) -> None:
    path = clip(tmp_path / "plain", 6, 6).rename(tmp_path / name)
    found = take(path)
    assert len(found.frames) == 3
    assert found.duration_s == pytest.approx(1.0)


def test_relative_path_with_a_leading_dash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip(tmp_path / "-y.mp4", 6, 6)
    monkeypatch.chdir(tmp_path)
    assert len(pictures(Path("-y.mp4"))) == 3


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        "\ufeff#EXTM3U\n",
        "  <?xml version='1.0'?><MPD></MPD>",
        "<MPD></MPD>",
        "ffconcat version 1.0\nfile secret.mp4\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\n",
        "WEBVTT\n",
    ],
)
def test_a_playlist_is_refused_whatever_its_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.mp4"
    path.write_text(text)
    assert status_of(path) == "playlist"


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", "empty"), (b"hello " * 99, "unknown_container"), (b"\0\0\0\x18ftypmp42", "unreadable")],
)
def test_what_is_no_video(tmp_path: Path, content: bytes, status: str) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    assert status_of(path) == status


def test_missing_and_no_plain_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.mp4")
    for name, status in (("none.mp4", "missing"), ("fifo.mp4", "unreadable"), (".", "unreadable")):
        assert status_of(tmp_path / name) == status


def noise(path: Path, seconds: int = 8) -> bytes:
    """A clip of six pictures per second, each as large in bytes as the others."""
    every = np.random.default_rng(0).integers(0, 256, (6 * seconds, 48, 64, 3), np.uint8)
    path.write_bytes(ffmpeg.encode_clip((frame.tobytes() for frame in every), 64, 48, 6))
    return path.read_bytes()


def test_what_was_copied_in_part_counts_for_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    content = noise(path)
    path.write_bytes(content[: len(content) // 2])
    found = take(path)
    assert found.status == "partial"
    assert 10 <= len(found.frames) <= 13
    assert found.duration_s == pytest.approx(4, abs=0.5)
    assert found.error.startswith("cut off after ")
    assert found.error.endswith(" of 8.0 s")


def test_less_than_the_share_that_must_decode_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    content = noise(path)
    path.write_bytes(content[: len(content) // 2])
    assert status_of(path, replace(RULES, min_decoded=0.6)) in {"truncated", "decode_error"}


def test_what_breaks_after_two_seconds_is_not_ok(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    content = noise(path)
    start = len(content) * 2 // 5
    path.write_bytes(content[:start] + bytes(len(content) - start))
    found = take(path)
    assert found.status == "partial"
    assert found.duration_s == pytest.approx(8.0)
    assert "frames do not decode" in found.error
    assert status_of(path, replace(RULES, min_decoded=0.6)) == "decode_error"


def test_one_broken_picture_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    content = bytearray(noise(path))
    middle = len(content) // 2
    content[middle : middle + 40] = bytes(40)
    path.write_bytes(content)
    found = take(path)
    assert (found.status, len(found.frames), found.error) == ("ok", 24, "")


def test_a_gap_in_time_does_not_repeat_frames_without_bound(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", 2, 1)
    content = path.read_bytes()
    start = content.index(b"stts") + 8
    entries, count, delta = struct.unpack(">III", content[start : start + 12])
    assert (entries, count) == (1, 2)
    long = struct.pack(">III", 1, 2, delta * 5000)
    path.write_bytes(content[:start] + long + content[start + 12 :])
    assert 1 <= len(pictures(path, rules=replace(RULES, max_seconds=10))) <= 30


def test_the_memory_limit_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = clip(tmp_path / "a.mp4", 3, 3)
    assert len(take(path).frames) == 3
    monkeypatch.setattr(ffmpeg, "MEMORY_LIMIT_BYTES", 20_000_000)
    with pytest.raises(VideoError):
        take(path)


def test_odd_files(real_data: Path) -> None:
    odd = real_data / "odd-media"
    expected = {
        "01": 30, "02": "empty", "03": "no_frames", "05": "no_video", "09": "unreadable",
        "34": 3, "35": 3, "37": 9, "40": 1, "49": "no_frames", "52": 22, "55": "unreadable",
    }  # fmt: skip
    got = {number: _outcome(next(odd.glob(f"{number}_*"))) for number in expected}
    assert got == expected


def _outcome(path: Path) -> int | str:
    try:
        return len(take(path).frames)
    except VideoError as error:
        return error.status


def test_rotated(real_data: Path, tmp_path: Path) -> None:
    """A portrait film, stored lying on its side: bars are left and right, the head is up."""
    path = tmp_path / "sideways.mov"
    shutil.copyfile(real_data / "odd-media/57_sideways movie.mov", path)
    frame = pictures(path, replace(FORM, fit="pad", size=224))[0]
    assert frame[:, :20].mean() < 3
    assert frame[:20, 112].mean() > 10


def test_a_picture_that_was_being_written_at_the_end_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clip(tmp_path / "a.mp4", 24, 6)
    run = ffmpeg.run

    def crash(*arguments: Any, **more: Any) -> ffmpeg.Outcome:
        outcome = run(*arguments, **more)
        for last in Path(arguments[1]).glob("12.jpg"):
            last.write_bytes(last.read_bytes()[:100])
        return replace(outcome, code=-11) if "%d.jpg" in arguments[0] else outcome

    monkeypatch.setattr("vidrec.media.extraction.run", crash)
    found = take(path)
    assert (len(found.frames), found.status) == (11, "partial")
