"""Frames made so small that they tell what a video shows, and little of how it is compressed."""

import warnings
import zlib
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vidrec.media.frames import DAMAGE, Frames, decode

# Pixels per side. Of 28 a bird or a drone that is far away leaves nothing; to this a JPEG of 224 is
# decoded at a quarter of its size, in a fifth of the time.
SIDE = 56

# (frames, SIDE, SIDE), grey.
Thumbnails = NDArray[np.uint8]


def take_thumbnails(frames: Frames) -> Thumbnails:
    """Each frame of a video in small. Raises UserError for what is not a picture."""
    # What Pillow warns of is text beside the pixels, or a size, which `decode` checks.
    with warnings.catch_warnings(action="ignore"):
        return np.stack([_small(frames, number) for number in range(1, len(frames.files) + 1)])


def _small(frames: Frames, number: int) -> NDArray[np.uint8]:
    content = frames.files[number - 1]
    try:
        picture = _of_jpeg(content)
    except (Image.DecompressionBombError, *DAMAGE):
        # It may be of another format; if not, this says what is wrong with it.
        whole = decode(content, f"{frames.name}/{number}.jpg")
        picture = Image.fromarray(whole).convert("L")
    return np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX))


def _of_jpeg(content: bytes) -> Image.Image:
    with Image.open(BytesIO(content), formats=["JPEG"]) as picture:
        picture.draft("L", (SIDE, SIDE))
        return picture.convert("L")


def pack(made: Thumbnails) -> bytes:
    """Thumbnails as bytes: by what changes from frame to frame, which is little in most videos."""
    changes = np.diff(made, axis=0, prepend=np.zeros((1, SIDE, SIDE), np.uint8))
    return zlib.compress(changes.tobytes(), level=1)


def unpack(content: bytes) -> Thumbnails:
    """What `pack` has made bytes of."""
    changes = np.frombuffer(zlib.decompress(content), np.uint8).reshape(-1, SIDE, SIDE)
    return np.cumsum(changes, axis=0, dtype=np.uint8)
