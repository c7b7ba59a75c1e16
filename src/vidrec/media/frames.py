"""One video's frames: a directory of 1.jpg, 2.jpg, 3.jpg … without a gap."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import SAFE_NAME
from vidrec.workflow.video import Video


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


def read_picture(path: Path) -> NDArray[np.uint8]:
    """The pixels of the picture in a file, as `decode` gives them. Raises UserError."""
    return decode(_read(path), str(path))


def decode(content: bytes, name: str) -> NDArray[np.uint8]:
    """The pixels of one picture, RGB, (height, width, 3).

    Raises UserError, which calls it `name`, where it is not a picture.
    """
    try:
        with Image.open(BytesIO(content)) as picture:
            return np.array(ImageOps.exif_transpose(picture).convert("RGB"))
    except UnidentifiedImageError:
        # Its own message names the object in memory.
        raise UserError(
            f"{name} cannot be read as a picture (its format is not known): replace it"
        ) from None
    except (OSError, Image.DecompressionBombError, ValueError) as error:
        raise UserError(f"{name} cannot be read as a picture ({error}): replace it") from None


def _read(path: Path) -> bytes:
    try:
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

    def pictures(self) -> NDArray[np.uint8]:
        """All frames, (frames, height, width, 3). Raises UserError unless they have one size."""
        every = [self.picture(number) for number in range(1, len(self.files) + 1)]
        if len({picture.shape for picture in every}) > 1:
            raise UserError(f"{self.name} has frames of different sizes: extract them again")
        return np.stack(every)


def read_frames(directory: Path) -> Frames:
    """The frames of one video, each file read once. Raises UserError as `frame_paths` does."""
    return Frames(str(directory), [_read(path) for path in frame_paths(directory)])


def videos_below(root: Path) -> list[Video]:
    """The videos whose frames lie under `<root>/<category>/<video_id>/`, sorted.

    Raises UserError where there are none.
    """
    directories = [path for path in sorted(root.glob("*/*")) if path.is_dir()]
    found = [Video.at(path) for path in directories if SAFE_NAME.fullmatch(path.name)]
    if not found:
        raise UserError(f"{root} holds no frames: run `dvc repro extract_frames`")
    return found


def read_known(root: Path, video: Video) -> tuple[str, Frames]:
    """The frames of a video below `root`, after the digest that their content is known by."""
    frames = read_frames(video.below(root))
    return frames.digest, frames
