"""Masks as pictures: `images/<name>.<ext>`, and for each `masks/<name>.png` whose pixels are class
numbers, 0 for none; `classes.txt` has the names, from number 1 on, one a line.

What hangs together of one class is one object: two that touch cannot be told apart.
"""

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vidrec.detections.rle import encode_mask
from vidrec.media.frames import DAMAGE, MAX_PIXELS, begins_as_picture
from vidrec.segmenter.annotated import Annotated, Marked, class_name
from vidrec.workflow.errors import UserError

IMAGES, MASKS, NAMES = "images", "masks", "classes.txt"
# Smaller pieces are what a brush has spilt, as a share of the picture.
LEAST_SHARE = 1e-4


def is_class_maps(root: Path) -> bool:
    """Whether a directory is laid out so."""
    return (root / NAMES).is_file() and (root / MASKS).is_dir() and (root / IMAGES).is_dir()


def read_class_maps(root: Path) -> tuple[list[Annotated], list[str]]:
    """The pictures below `root` that have a mask, by name, and a sentence on each that has none.

    Raises UserError for a mask that is not one, or has a class without a name.
    """
    names, found, left_out = read_names(root / NAMES), list[Annotated](), list[str]()
    for path in sorted((root / IMAGES).iterdir()):
        if path.name.startswith(".") or not path.is_file() or not begins_as_picture(path):
            continue
        mask = root / MASKS / f"{path.stem}.png"
        if not mask.is_file():
            left_out.append(f"{path}, as there is no {mask}")
            continue
        numbers = read_numbers(mask, len(names))
        height, width = numbers.shape
        name = path.relative_to(root).as_posix()
        found.append(Annotated(name, path, height, width, objects_of(numbers, names)))
    return found, left_out


def read_names(path: Path) -> tuple[str, ...]:
    """The classes that a text file names. Raises UserError for a line without a name, and for a
    name that is there twice."""
    try:
        lines = path.read_text(encoding="utf-8-sig").rstrip().splitlines()
    except UnicodeDecodeError:
        raise UserError(f"{path} is not UTF-8 text: save it as that") from None
    names = [class_name(line, f"{path}: line {n}") for n, line in enumerate(lines, start=1)]
    if not names or len(set(names)) < len(names):
        raise UserError(f"{path} must name classes, each once: put one a line, from number 1 on")
    return tuple(names)


def read_numbers(path: Path, highest: int) -> NDArray[np.uint8]:
    """The class number of each pixel (height, width). Raises UserError for one above `highest`, and
    for what is no PNG of one byte a pixel."""
    try:
        # What Pillow warns of is a size, which is checked here.
        with warnings.catch_warnings(action="ignore"):
            numbers = _numbers(path)
    except (MemoryError, Image.DecompressionBombError, *DAMAGE) as error:
        raise UserError(
            f"{path} cannot be read as class numbers ({error}): save it as a PNG of 8 bits, grey or"
            " with a palette"
        ) from None
    if numbers.max() > highest:
        raise UserError(
            f"{path} has class number {numbers.max()}, {NAMES} has {highest} names: add the others"
        )
    return numbers


def _numbers(path: Path) -> NDArray[np.uint8]:
    with Image.open(path, formats=("PNG",)) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise ValueError(f"it has more than {MAX_PIXELS:,} pixels")
        if picture.mode not in ("L", "P"):
            raise ValueError(f"its pixels are {picture.mode}, which are colours or of other depth")
        return np.array(picture)


def objects_of(numbers: NDArray[np.uint8], names: tuple[str, ...]) -> tuple[Marked, ...]:
    """Each piece of each class, class by class, from the top."""
    # It takes a while to load, and only this needs it.
    from scipy import ndimage

    found = []
    for number in sorted(set(np.unique(numbers).tolist()) - {0}):
        pieces, count = ndimage.label(numbers == number, np.ones((3, 3)))
        sizes = np.bincount(pieces.ravel(), minlength=count + 1)
        large = np.flatnonzero(sizes[1:] >= LEAST_SHARE * pieces.size) + 1
        found += [Marked(names[number - 1], encode_mask(pieces == piece)) for piece in large]
    return tuple(found)
