"""Small pictures of a video for a page: one for it as a whole, and a strip of frames over time."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vidrec.media.frame_index import Framed, FrameSource, NoFramesError
from vidrec.media.frames import Frames
from vidrec.settings.render_report import Look
from vidrec.workflow.errors import tell
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


def make_all(frames: FrameSource, look: Look) -> dict[Video, Filmstrip]:
    """The filmstrip of each video of `frames`, but for those whose frames cannot be had: one line
    says so.

    Raises UserError where a frame cannot be read.
    """
    make_one = partial(_make_if_at_hand, frames.read, look)
    made = list(map_items(make_one, frames.framed, title="draw strips"))
    missing = [why for why in made if isinstance(why, str)]
    if missing:
        tell(f"the page shows {len(missing)} of {len(made)} videos without pictures: {missing[0]}")
    pairs = zip(frames.framed, made, strict=True)
    return {each.video: strip for each, strip in pairs if isinstance(strip, Filmstrip)}


def _make_if_at_hand(
    read: Callable[[Framed], Frames], look: Look, framed: Framed
) -> Filmstrip | str:
    """The filmstrip of a video, or why there is none."""
    try:
        return make(read(framed), look)
    except NoFramesError as error:
        return str(error)


def make(frames: Frames, look: Look) -> Filmstrip:
    """The filmstrip of one video's frames; its middle frame stands for it as a whole."""
    count = len(frames.files)
    shown = spread_out(count, look.strip_frames)
    strip = Image.new("RGB", (len(shown) * look.strip_size, look.strip_size))
    for place, number in enumerate(shown):
        strip.paste(shrink(frames.picture(number), look.strip_size), (place * look.strip_size, 0))
    poster = shrink(frames.picture(count // 2 + 1), look.poster_size)
    return Filmstrip(count, shown, encode(poster, look), encode(strip, look))


def spread_out(count: int, wanted: int) -> list[int]:
    """At most `wanted` of the numbers 1 … `count`, evenly spread, the first among them."""
    kept = min(count, wanted)
    return [int(number) for number in np.arange(kept) * count // kept + 1]


def shrink(picture: NDArray[np.uint8], size: int) -> Image.Image:
    """A picture as a square of `size` pixels."""
    return Image.fromarray(picture).resize((size, size), Image.Resampling.LANCZOS)


def encode(picture: Image.Image, look: Look) -> bytes:
    """The picture as WebP."""
    stream = BytesIO()
    picture.save(stream, "WEBP", quality=look.quality, method=EFFORT)
    return stream.getvalue()
