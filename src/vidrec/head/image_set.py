"""The own image set that a new head learns: `<class>/<image>`, or rendered stills."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vidrec.drawing.stills import render_views
from vidrec.media.copies import Fingerprint, group_copies, take_fingerprint
from vidrec.media.fitting import fit_picture
from vidrec.media.frames import FORMAT_NAMES, FORMATS, begins_as_picture, read_picture
from vidrec.workflow.errors import UserError

# Names of what is left out that its one line shows.
SHOWN = 5

# The sample's smaller class set: what tells its categories apart, and all the rest.
SAMPLE_CLASSES: dict[str, tuple[str, ...]] = {
    "bicycle": ("bicycle",),
    "car": ("car", "bus"),
    "cat": ("cat",),
    "dog": ("dog",),
    "drum": ("drum",),
    "guitar": ("guitar",),
    "piano": ("piano",),
    "other": ("ball", "bird", "microphone", "person", "traffic light", "tree"),
}


@dataclass(frozen=True)
class LabelledImage:
    """A picture (size, size, 3) of a class; pictures of one `source` must not be split apart."""

    name: str
    label: str
    source: str
    pixels: NDArray[np.uint8]


def read_images(root: Path, size: int, fit: str) -> tuple[list[LabelledImage], list[str]]:
    """The images under `<root>/<class>/`, and a sentence on each thing that is left out.

    Whatever begins as a picture or is named as one may be an image; what is hidden is passed over.
    Copies of one picture count as one source. Raises UserError for a class of which no file can be
    read, and where there are fewer than two classes.
    """
    if not root.is_dir():
        raise UserError(
            f"finetune_head.images is {root}, which is not a directory: name one that"
            " holds <class>/<image>, or leave it empty for rendered stills"
        )
    classes, others = _list_files(root)
    images: list[LabelledImage] = []
    prints: list[Fingerprint] = []
    errors: list[str] = []
    for folder, pictures in classes.items():
        read, failed = _read_class(folder, pictures, size, fit)
        images += [image for image, _ in read]
        prints += [fingerprint for _, fingerprint in read]
        errors += failed
    if len({image.label for image in images}) < 2:
        raise UserError(f"{root} holds fewer than two classes of images: it needs <class>/<image>")
    if others:
        errors.append(_not_images(root, others))
    firsts = [images[first].source for first in group_copies(prints)]
    return [replace(x, source=source) for x, source in zip(images, firsts, strict=True)], errors


def _list_files(root: Path) -> tuple[dict[Path, list[Path]], list[Path]]:
    """For the folder of each class the files that may be pictures; and all else but hidden ones."""
    classes: dict[Path, list[Path]] = {}
    others: list[Path] = []
    for entry in _visible(root):
        inside = _visible(entry) if entry.is_dir() else []
        if inside:
            classes[entry] = [path for path in inside if _may_be_picture(path)]
        others += [path for path in inside if path not in classes[entry]] if inside else [entry]
    return classes, others


def _visible(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]


def _may_be_picture(path: Path) -> bool:
    named = Image.registered_extensions().get(path.suffix.lower()) in FORMATS
    try:
        return path.is_file() and (named or begins_as_picture(path))
    except OSError:
        # Reading it says why it cannot be opened.
        return True


def _read_class(
    folder: Path, pictures: list[Path], size: int, fit: str
) -> tuple[list[tuple[LabelledImage, Fingerprint]], list[str]]:
    """The images of one class, at least one, with their fingerprints; and the others' errors."""
    images, errors = [], []
    for path in pictures:
        try:
            images.append(_read_image(path, size, fit))
        except UserError as error:
            errors.append(str(error))
    if not images:
        reason = errors[0] if errors else f"none is in {FORMAT_NAMES}: convert them"
        raise UserError(f"class {folder.name!r} has no file that can be read: {reason}")
    return images, errors


def _read_image(path: Path, size: int, fit: str) -> tuple[LabelledImage, Fingerprint]:
    picture = Image.fromarray(read_picture(path))
    # Some systems take an accent apart; a label must be the same on all of them.
    label = unicodedata.normalize("NFC", path.parent.name)
    name = f"{label}/{path.name}"
    pixels = np.asarray(fit_picture(picture, size, fit))
    return LabelledImage(name, label, name, pixels), take_fingerprint(picture)


def _not_images(root: Path, paths: list[Path]) -> str:
    """A sentence on what lies below `root` without being an image of a class."""
    first = ", ".join(repr(str(path.relative_to(root))) for path in paths[:SHOWN])
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return f"{first}{more}, not <class>/<image> in {FORMAT_NAMES}"


def sample_images(seed: int, scenes_per_class: int, size: int) -> Iterator[LabelledImage]:
    """Rendered stills of `SAMPLE_CLASSES`: two views of each scene, which is their source."""
    for number, (label, drawn) in enumerate(SAMPLE_CLASSES.items()):
        for scene in range(scenes_per_class):
            source = f"{label}_{scene:04d}"
            index = number * 1_000_000 + scene
            for view, picture in enumerate(render_views(seed, index, drawn, size)):
                yield LabelledImage(f"{source}_{view}", label, source, np.asarray(picture))
