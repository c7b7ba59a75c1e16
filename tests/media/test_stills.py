"""Photographs and sounds, told apart from videos by what is in them."""

import io
from pathlib import Path

import pytest
from PIL import Image

from vidrec.media.containers import VideoError, sniff


def pictures(count: int) -> list[Image.Image]:
    return [Image.new("RGB", (16, 12), (80 * n, 10, 200)) for n in range(count)]


def moving(kind: str, count: int) -> bytes:
    """A picture of `count` pictures in the format `kind`."""
    first, *others = pictures(count)
    content = io.BytesIO()
    several = {"save_all": True, "append_images": others, "duration": 100} if others else {}
    first.save(content, kind, **several)
    return content.getvalue()


def found(path: Path, content: bytes) -> str:
    """The demuxer of a file, or the status of what is no video."""
    path.write_bytes(content)
    try:
        return sniff(path)
    except VideoError as error:
        return error.status


@pytest.mark.parametrize(
    ("kind", "demuxer"), [("GIF", "gif"), ("PNG", "apng"), ("WEBP", "webp_anim")]
)
def test_a_moving_picture_is_a_video_and_a_still_one_is_not(
    kind: str, demuxer: str, tmp_path: Path
) -> None:
    assert found(tmp_path / "a.mp4", moving(kind, 3)) == demuxer
    assert found(tmp_path / "a.mp4", moving(kind, 1)) == "photograph"


def test_jpegs_in_a_row_are_a_video_and_one_is_not(tmp_path: Path) -> None:
    one = moving("JPEG", 1)
    assert found(tmp_path / "a", one + one) == "mjpeg"
    assert found(tmp_path / "a", one) == "photograph"
    # As a phone writes it: a second, smaller view of the same, which the first announces.
    views = one[:2] + b"\xff\xe2\x00\x08MPF\0II" + one[2:]
    assert found(tmp_path / "a", views + one) == "photograph"


@pytest.mark.parametrize("kind", ["TIFF", "BMP", "AVIF"])
def test_other_photographs_are_none_whatever_their_name(kind: str, tmp_path: Path) -> None:
    assert found(tmp_path / "a.mov", moving(kind, 1)) == "photograph"


@pytest.mark.parametrize(
    ("brand", "what"),
    [(b"heic", "photograph"), (b"M4A ", "audio"), (b"qt  ", "mov"), (b"avis", "mov")],
)
def test_the_brand_tells_what_shares_the_container_of_mp4(
    brand: bytes, what: str, tmp_path: Path
) -> None:
    assert found(tmp_path / "a.mp4", b"\0\0\0\x18ftyp" + brand + bytes(12)) == what


def test_a_text_that_begins_as_a_gif_is_no_video(tmp_path: Path) -> None:
    text = b"GIF89a is the format of 1989, and this a text about it. " * 9
    assert found(tmp_path / "a.gif", text) == "photograph"
