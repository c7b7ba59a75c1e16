"""Small pictures of a video for a page: one for it as a whole, and a strip of frames over time."""

from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from vidrec.media.frames import frame_paths, read_picture, videos_below
from vidrec.settings.render_report import Look
from vidrec.workflow.parallel import map_items
from vidrec.workflow.video import Video

# How hard the WebP encoder tries, 0 to 6: 6 takes half as long again, to save a twentieth.
EFFORT = 4


@dataclass(frozen=True)
class Filmstrip:
    """A video of `frames` frames as WebP: `poster`, and side by side in `strip` those `shown`."""

    frames: int
    shown: list[int]
    poster: bytes
    strip: bytes


def make_all(root: Path, look: Look) -> dict[Video, Filmstrip]:
    """The filmstrip of each video under `root`.

    Raises UserError where there is none, or where a frame is missing or cannot be read.
    """
    videos = videos_below(root)
    directories = [video.below(root) for video in videos]
    made = map_items(partial(make, look=look), directories, title="draw strips")
    return dict(zip(videos, made, strict=True))


def make(directory: Path, look: Look) -> Filmstrip:
    """The filmstrip of one video's frames; its middle frame stands for it as a whole."""
    paths = frame_paths(directory)
    shown = spread_out(len(paths), look.strip_frames)
    strip = Image.new("RGB", (len(shown) * look.strip_size, look.strip_size))
    for place, number in enumerate(shown):
        strip.paste(shrink(paths[number - 1], look.strip_size), (place * look.strip_size, 0))
    poster = shrink(paths[len(paths) // 2], look.poster_size)
    return Filmstrip(len(paths), shown, encode(poster, look), encode(strip, look))


def spread_out(count: int, wanted: int) -> list[int]:
    """At most `wanted` of the numbers 1 … `count`, evenly spread, the first among them."""
    kept = min(count, wanted)
    return [int(number) for number in np.arange(kept) * count // kept + 1]


def shrink(path: Path, size: int) -> Image.Image:
    """The picture in a file, as a square of `size` pixels."""
    return Image.fromarray(read_picture(path)).resize((size, size), Image.Resampling.LANCZOS)


def encode(picture: Image.Image, look: Look) -> bytes:
    """The picture as WebP."""
    stream = BytesIO()
    picture.save(stream, "WEBP", quality=look.quality, method=EFFORT)
    return stream.getvalue()
