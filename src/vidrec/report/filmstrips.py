"""Small pictures of a video for a page: one for it as a whole, and a strip of frames over time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vidrec.media.frames import Frames
from vidrec.settings.render_report import Look

# How hard the WebP encoder tries, 0 to 6: 6 takes half as long again, to save a twentieth.
EFFORT = 4


@dataclass(frozen=True)
class Filmstrip:
    """A video of `frames` frames as WebP: `poster`, and side by side in `strip` those `shown`."""

    frames: int
    shown: list[int]
    poster: bytes
    strip: bytes

    def pack(self) -> bytes:
        """All of it as bytes."""
        about = {"frames": self.frames, "shown": self.shown, "poster": len(self.poster)}
        return json.dumps(about).encode() + b"\n" + self.poster + self.strip

    @classmethod
    def unpack(cls, content: bytes) -> "Filmstrip":
        first, _, pictures = content.partition(b"\n")
        about = json.loads(first)
        end = about["poster"]
        return cls(about["frames"], about["shown"], pictures[:end], pictures[end:])


def make(frames: Frames, look: Look, moments: Sequence[int] = ()) -> Filmstrip:
    """The filmstrip of one video's frames, `moments` among them; its middle frame stands for it as
    a whole."""
    count = len(frames.files)
    shown = spread_between(count, look.strip_frames, moments)
    strip = Image.new("RGB", (len(shown) * look.strip_size, look.strip_size))
    for place, number in enumerate(shown):
        strip.paste(shrink(frames.picture(number), look.strip_size), (place * look.strip_size, 0))
    poster = shrink(frames.picture(count // 2 + 1), look.poster_size)
    return Filmstrip(count, shown, encode(poster, look), encode(strip, look))


def spread_out(count: int, wanted: int) -> list[int]:
    """At most `wanted` of the numbers 1 … `count`, evenly spread, the first among them."""
    kept = min(count, wanted)
    return [int(number) for number in np.arange(kept) * count // kept + 1]


def spread_between(count: int, wanted: int, given: Sequence[int]) -> list[int]:
    """At most `wanted` of the numbers 1 … `count` in order: those `given`, the first ones of many,
    and of evenly spread ones those that are farthest from all others."""
    even = spread_out(count, wanted)
    chosen = list(dict.fromkeys(number for number in given if number <= count))[:wanted]
    while even and len(chosen) < min(count, wanted):
        gaps = [min((abs(number - each) for each in chosen), default=count) for number in even]
        chosen.append(even.pop(gaps.index(max(gaps))))
    return sorted(set(chosen))


def shrink(picture: NDArray[np.uint8], size: int) -> Image.Image:
    """A picture as a square of `size` pixels."""
    return Image.fromarray(picture).resize((size, size), Image.Resampling.LANCZOS)


def encode(picture: Image.Image, look: Look) -> bytes:
    """The picture as WebP."""
    stream = BytesIO()
    picture.save(stream, "WEBP", quality=look.quality, method=EFFORT)
    return stream.getvalue()
