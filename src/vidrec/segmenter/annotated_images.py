"""The own images that a new segmenter learns: a directory with masks, each picture made square."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vidrec.detections.rle import decode_mask, encode_mask
from vidrec.media.copies import Fingerprint, group_copies, take_fingerprint
from vidrec.media.fitting import fit_mask, fit_picture
from vidrec.media.frames import read_picture
from vidrec.segmenter.annotated import Annotated, Marked
from vidrec.segmenter.class_maps import is_class_maps, read_class_maps
from vidrec.segmenter.coco_json import is_coco, read_coco, read_json
from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import shown

LAYOUT = (
    "a COCO JSON (images, annotations, categories) beside the pictures, or images/, masks/ and"
    " classes.txt"
)


@dataclass(frozen=True)
class OwnImage:
    """A picture (size, size, 3) with what is marked in it, masks as large; pictures of one `source`
    must not be split apart."""

    name: str
    source: str
    pixels: NDArray[np.uint8]
    objects: tuple[Marked, ...]


def read_annotated(root: Path) -> tuple[list[Annotated], list[str]]:
    """The pictures that are marked in the directory `root`, and a sentence on what is left out.

    Raises UserError where there is no such directory, or it is laid out in no known way.
    """
    if not root.is_dir():
        raise UserError(
            f"finetune_segmenter.images is {root}, which is not a directory: name one that holds"
            f" {LAYOUT}, or leave it empty"
        )
    if is_class_maps(root):
        return read_class_maps(root)
    contents, broken = _json_files(root)
    read = [read_coco(path, content, root) for path, content in contents if is_coco(content)]
    if not read:
        # What is broken may be just what was meant.
        if broken:
            raise UserError(broken[0])
        raise UserError(f"{root} has no annotations that are known here: put there {LAYOUT}")
    images = [image for part, _ in read for image in part]
    twice = [name for name, count in Counter(x.name for x in images).items() if count > 1]
    if twice:
        raise UserError(f"{root} has {shown(twice[0])} in two files of annotations: take one away")
    return images, [*broken, *(told for _, told in read if told)]


def _json_files(root: Path) -> tuple[list[tuple[Path, Any]], list[str]]:
    """The JSON files in `root` and in the folders right below, with their content; and why others
    of them cannot be read."""
    contents, broken = [], []
    for path in sorted([*root.glob("*.json"), *root.glob("*/*.json")]):
        if path.is_file() and not path.name.startswith("."):
            try:
                contents.append((path, read_json(path)))
            except UserError as error:
                broken.append(str(error))
    return contents, broken


def load_images(root: Path, size: int, fit: str) -> tuple[list[OwnImage], list[str]]:
    """The own images in the directory `root` as frames of `size` pixels, made square in the way
    `fit`, and a sentence on each thing that is left out.

    Copies of one picture are of one source. Raises UserError where no picture can be read, or
    nothing is marked in any.
    """
    annotated, left_out = read_annotated(root)
    images, prints = list[OwnImage](), list[Fingerprint]()
    for each in annotated:
        try:
            picture = _picture(each, root)
        except UserError as error:
            left_out.append(str(error))
            continue
        prints.append(take_fingerprint(picture))
        pixels = np.asarray(fit_picture(picture, size, fit))
        images.append(OwnImage(each.name, each.name, pixels, _fitted(each.objects, size, fit)))
    if not any(image.objects for image in images):
        reason = f": {left_out[0]}" if left_out else ""
        raise UserError(f"{root} has no picture that can be read with an object marked{reason}")
    return _with_sources(images, prints), left_out


def _picture(image: Annotated, root: Path) -> Image.Image:
    """The picture of an annotated image. Raises UserError where it cannot be read, lies outside of
    the directory, or is not the one that was marked."""
    if not image.path.resolve().is_relative_to(root.resolve()):
        raise UserError(f"{image.path} leads out of {root}: put the file itself there")
    picture = Image.fromarray(read_picture(image.path))
    if picture.size != (image.width, image.height):
        raise UserError(
            f"{image.path} has {picture.width} x {picture.height} pixels, its annotations are of"
            f" {image.width} x {image.height}: export them again"
        )
    return picture


def _fitted(objects: Sequence[Marked], size: int, fit: str) -> tuple[Marked, ...]:
    """What of the objects is to be seen in the square picture."""
    masks = [fit_mask(decode_mask(each.mask), size, fit) for each in objects]
    return tuple(
        Marked(each.label, encode_mask(mask), each.crowd)
        for each, mask in zip(objects, masks, strict=True)
        if mask.any()
    )


def _with_sources(images: Sequence[OwnImage], prints: Sequence[Fingerprint]) -> list[OwnImage]:
    firsts = [images[first].name for first in group_copies(prints)]
    return [
        OwnImage(image.name, source, image.pixels, image.objects)
        for image, source in zip(images, firsts, strict=True)
    ]
