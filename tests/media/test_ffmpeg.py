"""ffmpeg on good, odd and hostile files."""

import io
import os
import shutil
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from vidrec.media import ffmpeg
from vidrec.media.containers import VideoError
from vidrec.workflow.errors import UserError


def clip(path: Path, count: int, fps: float, width: int = 64, height: int = 48) -> Path:
    """A video whose picture number i is grey of value 2 * i."""
    frames = (bytes([min(255, 2 * i)]) * (width * height * 3) for i in range(count))
    path.write_bytes(ffmpeg.encode_clip(frames, width, height, fps))
    return path


def extract(path: Path, **changes: object) -> list[NDArray[np.uint8]]:
    settings: dict[str, Any] = {"fps": 3, "size": 32, "fit": "stretch", "quality": 2}
    frames = ffmpeg.extract_frames(path, **({"max_seconds": 60.0} | settings | changes))
    return [np.asarray(Image.open(io.BytesIO(frame)).convert("RGB")) for frame in frames]


@pytest.mark.parametrize("fps", [6, 25, 29.97, 30])
def test_frames_do_not_drift(tmp_path: Path, fps: float) -> None:
    seconds = 4
    frames = extract(clip(tmp_path / "a.mp4", round(seconds * fps), fps))
    assert len(frames) == 3 * seconds
    for number, frame in enumerate(frames):
        shown = frame.mean() / 2
        assert number * fps / 3 - 1.5 <= shown <= (number + 0.5) * fps / 3 + 1


def test_29_97_fps_does_not_drift_over_a_minute(tmp_path: Path) -> None:
    frames = extract(clip(tmp_path / "a.mp4", 1798, 29.97, 16, 16), size=16)
    assert abs(len(frames) - 180) <= 1


def test_same_bytes_again(tmp_path: Path) -> None:
    first, again = clip(tmp_path / "a.mp4", 12, 6), clip(tmp_path / "b.mp4", 12, 6)
    assert first.read_bytes() == again.read_bytes()
    got = [
        ffmpeg.extract_frames(path, fps=3, size=32, fit="pad", quality=3, max_seconds=9)
        for path in (first, again)
    ]
    assert got[0] == got[1]
    assert len(got[0]) == 6


def test_white_stays_white(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(ffmpeg.encode_clip([b"\xff" * 64 * 48 * 3] * 6, 64, 48, 6))
    assert extract(path)[0].min() >= 250


def test_fit(tmp_path: Path) -> None:
    picture = np.zeros((48, 96, 3), np.uint8)
    picture[:, :24] = picture[:, 72:] = 255
    path = tmp_path / "a.mp4"
    path.write_bytes(ffmpeg.encode_clip([picture.tobytes()] * 3, 96, 48, 3))
    stretched, cropped, padded = (extract(path, fit=fit)[0] for fit in ("stretch", "crop", "pad"))
    assert [int(stretched[16, x, 0]) > 128 for x in (2, 16, 29)] == [True, False, True]
    assert cropped.mean() < 20
    assert padded[2].max() < 20
    assert padded[16, 2, 0] > 230
    assert {frame.shape for frame in (stretched, cropped, padded)} == {(32, 32, 3)}


def test_max_seconds_caps_the_count(tmp_path: Path) -> None:
    assert len(extract(clip(tmp_path / "a.mp4", 24, 6), max_seconds=2)) == 6


NAMES = (b"-i.mp4", b"a b.mp4", b"%d.mp4", b"a:b.mp4", b"pipe:0", "ünï\n.mp4".encode(), b"\xff.mp4")


@pytest.mark.parametrize("name", [os.fsdecode(name) for name in NAMES])
def test_any_file_name(tmp_path: Path, name: str) -> None:
    path = clip(tmp_path / "plain", 6, 6).rename(tmp_path / name)
    assert ffmpeg.probe_duration(path) == pytest.approx(1.0)
    assert len(extract(path)) == 3


def test_relative_path_with_a_leading_dash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip(tmp_path / "-y.mp4", 6, 6)
    monkeypatch.chdir(tmp_path)
    assert len(extract(Path("-y.mp4"))) == 3


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
    for function in (ffmpeg.probe_duration, ffmpeg.check_video, extract):
        with pytest.raises(VideoError) as caught:
            function(path)
        assert caught.value.status == "playlist"


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", "empty"), (b"hello " * 99, "unknown_container"), (b"\0\0\0\x18ftypmp42", "unreadable")],
)
def test_what_is_no_video(tmp_path: Path, content: bytes, status: str) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with pytest.raises(VideoError) as caught:
        ffmpeg.probe_duration(path)
    assert caught.value.status == status


def test_missing_and_no_plain_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.mp4")
    for name, status in (("none.mp4", "missing"), ("fifo.mp4", "unreadable"), (".", "unreadable")):
        with pytest.raises(VideoError) as caught:
            ffmpeg.check_video(tmp_path / name)
        assert caught.value.status == status


def test_truncated(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (48, 48, 64, 3), np.uint8)
    content = ffmpeg.encode_clip((frame.tobytes() for frame in noise), 64, 48, 6)
    path = tmp_path / "a.mp4"
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(VideoError) as caught:
        extract(path)
    assert caught.value.status in {"truncated", "decode_error"}


def test_a_gap_in_time_does_not_repeat_frames_without_bound(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.mp4", 2, 1)
    content = path.read_bytes()
    start = content.index(b"stts") + 8
    entries, count, delta = struct.unpack(">III", content[start : start + 12])
    assert (entries, count) == (1, 2)
    long = struct.pack(">III", 1, 2, delta * 5000)
    path.write_bytes(content[:start] + long + content[start + 12 :])
    assert 1 <= len(extract(path, max_seconds=10)) <= 30


def slow_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An ffmpeg that ends only when its child does, which sleeps for the seconds returned."""
    seconds = f"300.{os.getpid()}"
    script = tmp_path / "ffmpeg"
    script.write_text(f"#!/bin/sh\nsleep {seconds} &\nwait\n")
    script.chmod(0o755)
    monkeypatch.setenv("VIDREC_FFMPEG", str(script))
    return seconds


def test_timeout_ends_the_whole_process_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = clip(tmp_path / "a.mp4", 3, 3)
    seconds = slow_ffmpeg(tmp_path, monkeypatch)
    monkeypatch.setattr(ffmpeg, "PROBE_DEADLINE_S", 0.5)
    with pytest.raises(VideoError) as caught:
        ffmpeg.probe_duration(video)
    assert caught.value.status == "timeout"
    assert nobody_sleeps(seconds)


def nobody_sleeps(seconds: str) -> bool:
    """Whether no process sleeps so long; what was killed may take a moment to go."""
    for _ in range(50):
        if not any(f"sleep\0{seconds}\0".encode() in command for command in commands()):
            return True
        time.sleep(0.05)
    return False


def commands() -> Iterator[bytes]:
    """The command lines of all processes, where the system shows them."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(FileNotFoundError, ProcessLookupError):
            yield path.read_bytes()


def test_an_ffmpeg_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDREC_FFMPEG", str(tmp_path / "none"))
    with pytest.raises(UserError, match="VIDREC_FFMPEG"):
        ffmpeg.binary()


def test_the_memory_limit_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = clip(tmp_path / "a.mp4", 3, 3)
    assert ffmpeg.probe_duration(path) == pytest.approx(1)
    monkeypatch.setattr(ffmpeg, "MEMORY_LIMIT_BYTES", 20_000_000)
    with pytest.raises(VideoError):
        ffmpeg.probe_duration(path)


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
        return len(extract(path))
    except VideoError as error:
        return error.status


def test_rotated(real_data: Path, tmp_path: Path) -> None:
    """A portrait film, stored lying on its side: bars are left and right, the head is up."""
    path = tmp_path / "sideways.mov"
    shutil.copyfile(real_data / "odd-media/57_sideways movie.mov", path)
    frame = extract(path, fit="pad", size=224)[0]
    assert frame[:, :20].mean() < 3
    assert frame[:20, 112].mean() > 10
