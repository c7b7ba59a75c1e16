"""One video's frames: a directory of 1.jpg, 2.jpg, 3.jpg … without a gap."""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import SAFE_NAME


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


def read_frame(path: Path) -> NDArray[np.uint8]:
    """The pixels of one picture, RGB, (height, width, 3). Raises UserError if it is none."""
    try:
        with Image.open(path) as picture:
            return np.array(ImageOps.exif_transpose(picture).convert("RGB"))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError, ValueError) as error:
        raise UserError(f"{path} cannot be read as a picture ({error}): replace it") from None


def read_frames(directory: Path) -> NDArray[np.uint8]:
    """All frames of one video, (frames, height, width, 3). They must have one size."""
    pictures = [read_frame(path) for path in frame_paths(directory)]
    if len({picture.shape for picture in pictures}) > 1:
        raise UserError(f"{directory} has frames of different sizes: extract them again")
    return np.stack(pictures)


def frames_digest(directory: Path) -> str:
    """A digest of the content of all frames, in order."""
    digest = hashlib.sha256()
    for path in frame_paths(directory):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def video_directories(root: Path) -> list[tuple[str, str, Path]]:
    """(category, video id, directory) of each video under `<root>/<category>/<video_id>/`."""
    found = [
        (path.parent.name, path.name, path)
        for path in sorted(root.glob("*/*"))
        if path.is_dir() and SAFE_NAME.fullmatch(path.name)
    ]
    if not found:
        raise UserError(f"{root} holds no frames: run `dvc repro extract_frames`")
    return found
