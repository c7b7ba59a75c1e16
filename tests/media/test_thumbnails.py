import io

import numpy as np
import pytest
from PIL import Image

from vidrec.media.frames import Frames
from vidrec.media.thumbnails import SIDE, pack, take_thumbnails, unpack
from vidrec.workflow.errors import UserError


def picture(seed: int, size: int = 224) -> Image.Image:
    coarse = np.random.default_rng(seed).integers(0, 256, (7, 7, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((size, size), Image.Resampling.NEAREST)


def content(made: Image.Image, kind: str = "JPEG") -> bytes:
    stream = io.BytesIO()
    made.save(stream, kind, quality=90)
    return stream.getvalue()


@pytest.mark.parametrize("size", [28, 56, 224, 448])
def test_a_thumbnail_shows_what_the_frame_does(size: int) -> None:
    made = take_thumbnails(Frames("v", [content(picture(seed, size)) for seed in (1, 2)]))
    assert made.shape == (2, SIDE, SIDE)
    assert made.dtype == np.uint8
    for small, seed in zip(made, (1, 2), strict=True):
        wanted = np.asarray(picture(seed, SIDE).convert("L"), float)
        assert np.abs(small - wanted).mean() < 12


def test_frames_of_other_formats_are_read_too() -> None:
    (made,) = take_thumbnails(Frames("v", [content(picture(3), "PNG")]))
    assert np.abs(made - np.asarray(picture(3, SIDE).convert("L"), float)).max() <= 1


@pytest.mark.parametrize("damaged", [b"", b"no picture", content(picture(1))[:300]])
def test_a_damaged_frame_is_named(damaged: bytes) -> None:
    with pytest.raises(UserError, match=r"^v/2\.jpg cannot be read as a picture"):
        take_thumbnails(Frames("v", [content(picture(1)), damaged]))


def test_thumbnails_come_back_from_bytes_and_take_little_room() -> None:
    standing = np.stack([np.random.default_rng(0).integers(0, 256, (SIDE, SIDE), np.uint8)] * 9)
    standing[4, :8, :8] = 255
    assert (unpack(pack(standing)) == standing).all()
    assert len(pack(standing)) < standing.nbytes / 6
