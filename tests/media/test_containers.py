import os
from pathlib import Path

import pytest

from vidrec.media.containers import SIGNATURES, VideoError, sniff


def status_of(path: Path) -> str:
    with pytest.raises(VideoError) as caught:
        sniff(path)
    assert str(caught.value) == caught.value.message != ""
    return caught.value.status


# What begins so may be a photograph as well: see tests/media/test_stills.py.
PICTURES = ("gif", "apng", "webp_anim", "mjpeg")


@pytest.mark.parametrize(
    ("offset", "mark", "demuxer"), [each for each in SIGNATURES if each[2] not in PICTURES]
)
def test_a_container_is_known_by_its_first_bytes_whatever_its_name(
    offset: int, mark: bytes, demuxer: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(bytes(offset) + mark + bytes(99))
    assert sniff(path) == demuxer


@pytest.mark.parametrize(("start", "step"), [(0, 188), (4, 192), (0, 204), (100, 188), (191, 192)])
def test_a_transport_stream_is_known_by_its_packets(start: int, step: int, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(bytes(start) + (b"G" + bytes(step - 1)) * 4)
    assert sniff(path) == "mpegts"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", "empty"),
        (b"hello " * 99, "unknown_container"),
        (b"\xef\xbb\xbf \n#EXTM3U\n", "playlist"),
        (b"ffconcat version 1.0\n", "playlist"),
    ],
)
def test_what_is_no_video_is_named(content: bytes, status: str, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    assert status_of(path) == status


def test_missing_and_not_a_plain_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.mp4")
    assert status_of(tmp_path / "none.mp4") == "missing"
    assert status_of(tmp_path / "fifo.mp4") == status_of(tmp_path) == "unreadable"
    assert status_of(tmp_path / ("x" * 300)) == "unreadable"
