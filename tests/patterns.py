"""Pictures that say which they are: their number in bars, and patches whose colours are known."""

import io
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from PIL import Image

BITS = 8
# In the order of the patches: two rows of four in the lower half of each picture.
COLOURS = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "white": (255, 255, 255),
    "grey": (128, 128, 128),
    "black": (0, 0, 0),
    "skin": (224, 172, 140),
    "yellow": (200, 170, 0),
}
# Of the 0 to 255 that lie between a bar of 1 and one of 0: less is two pictures blended.
CONTRAST = 100


@dataclass(frozen=True)
class Clip:
    """`count` pictures at `fps`, the first of which shows the number `first`."""

    fps: Fraction = Fraction(25)
    count: int = 100
    width: int = 160
    height: int = 120
    first: int = 0

    @property
    def seconds(self) -> float:
        return float(self.count / self.fps)

    @property
    def shown(self) -> list[tuple[float, int]]:
        """The second from which each number is to be seen."""
        return [(float(at / self.fps), self.first + at) for at in range(self.count)]

    def raw(self) -> bytes:
        """All pictures, RGB."""
        numbers = range(self.first, self.first + self.count)
        return b"".join(picture(number, self.width, self.height).tobytes() for number in numbers)


def picture(number: int, width: int, height: int) -> NDArray[np.uint8]:
    """The picture of a number, (height, width, 3): its bits, their inverse, and the patches."""
    bits = [255 * (number >> bit & 1) for bit in range(BITS)]
    colours = np.array(list(COLOURS.values()), np.uint8)
    rows = (
        np.array(bits, np.uint8)[:, None].repeat(3, 1),
        255 - np.array(bits, np.uint8)[:, None].repeat(3, 1),
        colours[:4],
        colours[4:],
    )
    bands = [_stretched(row, width) for row in rows]
    return np.stack(bands)[np.arange(height) * len(bands) // height]


def _stretched(row: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    return row[np.arange(width) * len(row) // width]


@dataclass(frozen=True)
class Seen:
    """What a frame shows: its number, and how far its worst patch is from its colour, in levels."""

    number: int
    levels_off: float


def read(frame: bytes) -> Seen:
    """What a JPEG of the picture shows. Raises AssertionError where its bars cannot be read."""
    with Image.open(io.BytesIO(frame), formats=["JPEG"]) as opened:
        pixels = np.asarray(opened.convert("RGB"), np.float64)
    ones, zeros = _means(pixels, 0, BITS), _means(pixels, 1, BITS)
    contrast = (ones - zeros).mean(1)
    assert np.abs(contrast).min() > CONTRAST, f"its bars cannot be read: {contrast.round()}"
    number = sum(1 << bit for bit in range(BITS) if contrast[bit] > 0)
    patches = np.concatenate([_means(pixels, 2, 4), _means(pixels, 3, 4)])
    return Seen(number, float(np.abs(patches - list(COLOURS.values())).max()))


def _means(pixels: NDArray[np.float64], band: int, parts: int) -> NDArray[np.float64]:
    """The mean colour of the middle of each part of one of the four bands, (parts, 3)."""
    height, width = pixels.shape[:2]
    rows = slice(round((band + 0.25) * height / 4), round((band + 0.75) * height / 4))
    edges = [
        (round((part + 0.25) * width / parts), round((part + 0.75) * width / parts))
        for part in range(parts)
    ]
    return np.array([pixels[rows, left:right].mean((0, 1)) for left, right in edges])
