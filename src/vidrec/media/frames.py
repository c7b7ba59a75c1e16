"""One video's frames: a directory of 1.jpg, 2.jpg, 3.jpg … without a gap."""

import hashlib
import re
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from vidrec.workflow.errors import UserError

# The formats that are opened, by Pillow's names, and how their files begin. No others: Pillow
# hands an EPS to Ghostscript, and has readers that hardly anyone uses or tests.
FORMATS = {
    "JPEG": rb"\xff\xd8\xff",
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "WEBP": rb"RIFF....WEBP",
    "GIF": rb"GIF8[79]a",
    "BMP": rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0",
    "TIFF": rb"II[\x2a\x2b]\0|MM\0[\x2a\x2b]",
    "AVIF": rb"....ftyp(avif|avis|mif1|msf1)",
}
FORMAT_NAMES = "JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF"

# More would take over 1 GB to decode; cameras of phones give 50 million.
MAX_PIXELS = 100_000_000

# What is larger is not read into memory: pictures of MAX_PIXELS are not, whatever their format.
MAX_BYTES = 2**30

# What Pillow raises on damaged pictures: all but the last four were seen, on 300,000 mutated ones
# or (OverflowError) on a TIFF with an offset beyond any file. AVIF gives RuntimeError,
# AttributeError and ZeroDivisionError. The last four are what its readers let through elsewhere.
DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    RuntimeError,
    TypeError,
    AttributeError,
    ArithmeticError,
    struct.error,
    EOFError,
    IndexError,
    KeyError,
    zlib.error,
)


def frame_paths(directory: Path) -> list[Path]:
    """The frames of one video in order of their numbers.

    Raises UserError where there are none, or where a number is missing.
    """
    if not directory.is_dir():
        raise UserError(f"{directory} is not a directory: name one that holds 1.jpg, 2.jpg, …")
    paths = [path for path in directory.glob("*.jpg") if path.stem.isdecimal()]
    if not paths:
        raise UserError(f"{directory} holds no frames: it needs 1.jpg, 2.jpg, 3.jpg, …")
    ordered = sorted(paths, key=lambda path: int(path.stem))
    for number, path in enumerate(ordered, start=1):
        if int(path.stem) < number:
            raise UserError(f"{path} is a frame too many: frames are 1.jpg, 2.jpg, 3.jpg, …")
        if int(path.stem) > number:
            raise UserError(f"{directory} lacks frame {number}.jpg: extract it again")
    return ordered


def begins_as_picture(path: Path) -> bool:
    """Whether a file begins as those of one of the `FORMATS` do. Raises OSError."""
    with path.open("rb") as file:
        start = file.read(20)
    return any(re.match(pattern, start, re.DOTALL) for pattern in FORMATS.values())


def read_picture(path: Path) -> NDArray[np.uint8]:
    """The pixels of the picture in a file, as `decode` gives them. Raises UserError."""
    return decode(_read(path), str(path))


def decode(content: bytes, name: str) -> NDArray[np.uint8]:
    """The pixels of one picture of the `FORMATS`, RGB, (height, width, 3); of several the first.

    Raises UserError, which calls it `name`, where it is not such a picture.
    """
    try:
        # What Pillow warns of is text beside the pixels, or a size, which is checked here.
        with warnings.catch_warnings(action="ignore"):
            return _decode(content)
    except UnidentifiedImageError:
        # Its own message names the object in memory.
        reason = f"it is not in {FORMAT_NAMES}, or its head is broken"
    except MemoryError:
        reason = "it needs more memory than there is"
    except (Image.DecompressionBombError, *DAMAGE) as error:
        reason = " ".join(str(error).split()) or "it is damaged"
    raise UserError(f"{name} cannot be read as a picture ({reason}): replace it")


def _decode(content: bytes) -> NDArray[np.uint8]:
    with Image.open(BytesIO(content), formats=tuple(FORMATS)) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise ValueError(
                f"it has {picture.width} x {picture.height} pixels, more than {MAX_PIXELS:,}"
            )
        picture.load()
        _turn_upright(picture)
        return np.array(_as_rgb(picture))


def _turn_upright(picture: Image.Image) -> None:
    """Turns a picture as its EXIF has it; a broken EXIF costs only the turn."""
    try:
        ImageOps.exif_transpose(picture, in_place=True)
    except DAMAGE:
        return


def _as_rgb(picture: Image.Image) -> Image.Image:
    """A picture of any mode in RGB. Raises ValueError where it has no known white."""
    if picture.mode.startswith("I;16"):
        picture = _as_8_bits(np.asarray(picture))
    if picture.mode in ("I", "F"):
        raise ValueError("its numbers of 32 bits have no known white, save it with 8 or 16 bits")
    if picture.has_transparency_data:
        # What viewers show it on; the colours of what cannot be seen are whatever was left there.
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture.convert("RGBA"))
    return picture.convert("RGB")


def _as_8_bits(pixels: NDArray[np.uint16]) -> Image.Image:
    """Greys of 16 bits, (height, width), in 8 bits by their full range."""
    # Scanners and detectors write 12 bits into 16 as they are. A real picture of 16 bits uses more
    # than a sixteenth of its range; by the full range one of 12 bits would be all but black.
    white = 4095 if pixels.max() <= 4095 else 65535
    # Looked up, since numbers with fractions would take eight times the memory of a large picture.
    eight = (np.arange(white + 1) / white * 255).round().astype(np.uint8)
    return Image.fromarray(eight[pixels])


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path} cannot be read (it is larger than 1 GiB): replace it")
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): replace it") from None


@dataclass(frozen=True)
class Frames:
    """The files of one video's frames, in order and in memory: what is hashed is what is decoded.

    `name` is what an error calls the video.
    """

    name: str
    files: Sequence[bytes]

    @property
    def digest(self) -> str:
        """A digest of the content of all frames, in order."""
        digest = hashlib.sha256()
        for content in self.files:
            digest.update(hashlib.sha256(content).digest())
        return digest.hexdigest()

    def picture(self, number: int) -> NDArray[np.uint8]:
        """The pixels (height, width, 3) of frame `number`, from 1. Raises UserError."""
        return decode(self.files[number - 1], f"{self.name}/{number}.jpg")

    def batches(self, numbers: Sequence[int], size: int) -> Iterator[NDArray[np.uint8]]:
        """The frames of these `numbers`, in order, at most `size` at a time, each batch (frames,
        height, width, 3). Raises UserError unless all have one size.

        Only one batch is in memory at a time, however long the video is.
        """
        shapes = set()
        for start in range(0, len(numbers), size):
            batch = [self.picture(number) for number in numbers[start : start + size]]
            shapes |= {picture.shape for picture in batch}
            if len(shapes) > 1:
                raise UserError(f"{self.name} has frames of different sizes: extract them again")
            yield np.stack(batch)


def read_frames(directory: Path) -> Frames:
    """The frames of one video, each file read once. Raises UserError as `frame_paths` does."""
    return Frames(str(directory), [_read(path) for path in frame_paths(directory)])
