"""What somebody has marked in a picture: its objects, each with a class and a mask."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vidrec.detections.rle import Rle
from vidrec.workflow.errors import UserError, readable
from vidrec.workflow.tables import shown

# Class 0 of every network here; no own class may be called so.
BACKGROUND = "__background__"


@dataclass(frozen=True)
class Marked:
    """An object of class `label` in a picture. Where it is a `crowd`, the mask covers any number of
    them: it is not learnt, and what is found in it is neither right nor wrong, as with COCO."""

    label: str
    mask: Rle
    crowd: bool = False


@dataclass(frozen=True)
class Annotated:
    """A picture in the file `path`, which is `name` below its directory, and what is marked in it;
    masks have the height and width of the picture."""

    name: str
    path: Path
    height: int
    width: int
    objects: tuple[Marked, ...]


def class_name(value: Any, where: str) -> str:
    """A name of a class read from a file, the same on all systems. Raises UserError, which says
    `where` it stands, for what is no name."""
    name = unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else ""
    if not name or name != readable(name) or name == BACKGROUND:
        raise UserError(
            f"{where} is {shown(value)}, which is not the name of a class: write a text on one line"
            f" other than {BACKGROUND}"
        )
    return name


def classes_of(objects: Iterable[Marked]) -> tuple[str, ...]:
    """The classes of which there is one among objects, by name; crowds do not count."""
    return tuple(sorted({each.label for each in objects if not each.crowd}))
