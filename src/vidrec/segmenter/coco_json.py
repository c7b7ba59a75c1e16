"""COCO's JSON of images with annotations, as CVAT, Label Studio and Roboflow export it too.

Each annotation is a polygon or several, or run lengths (RLE), compressed or not. A file from a
stranger may hold anything: all of it is checked before COCO's own code, which trusts it, sees it.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from vidrec.detections.rle import Rle, area_pct, from_polygons, from_runs, is_rle
from vidrec.media.frames import MAX_PIXELS
from vidrec.segmenter.annotated import Annotated, Marked, class_name
from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import shown

KEYS = ("images", "annotations", "categories")
# Larger files are not read: as objects of Python their content takes ten times the memory.
MAX_BYTES = 2**30
# How far outside the picture a point may lie, as a share of its side: tools let the mouse slip.
OUTSIDE = 0.1
# Pixels along all outlines of an object at most: COCO's code holds five points of each in memory.
LONGEST_OUTLINE = 4_000_000


@dataclass(frozen=True)
class Size:
    """Of a picture, in pixels."""

    height: int
    width: int


class Source:
    """A file of annotations: what is wrong in it is told with its path."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def refuse(self, what: str, advice: str = "mend it, or export it again") -> NoReturn:
        """Raise a UserError over this file."""
        raise UserError(f"{self.path}: {what}: {advice}")

    def table(self, content: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
        """The list of objects under `key`."""
        rows = content[key]
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.refuse(f"{key} is not a list of objects")
        return rows

    def by_id(self, rows: Sequence[dict[str, Any]], kind: str) -> dict[int, dict[str, Any]]:
        """Rows by their id. Raises UserError for one without an id, and for two with the same."""
        found: dict[int, dict[str, Any]] = {}
        for number, row in enumerate(rows, start=1):
            key = row.get("id")
            if type(key) is not int:
                self.refuse(f"{kind} {number} has id {shown(key)}, which is not a whole number")
            if key in found:
                self.refuse(f"two of its {kind}s have the id {key}")
            found[key] = row
        return found


def is_coco(content: Any) -> bool:
    """Whether what a JSON file holds are annotations as COCO's, by its keys."""
    return isinstance(content, dict) and set(KEYS) <= set(content)


def read_json(path: Path) -> Any:
    """What a JSON file holds. Raises UserError where it is none, or too large."""
    source = Source(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            source.refuse("it is larger than 1 GiB", "split it")
        return json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError, OSError) as error:
        source.refuse(f"it is not valid JSON ({error})")


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")


def read_coco(path: Path, content: Mapping[str, Any], root: Path) -> tuple[list[Annotated], str]:
    """The pictures that a file names, in the order of their names, and a sentence on what of it is
    left out; empty where nothing is.

    Their files lie below `root`. Raises UserError for what is not as COCO has it.
    """
    source = Source(path)
    tables = {key: source.table(content, key) for key in KEYS}
    images = source.by_id(tables["images"], "image")
    sizes = {key: _size(source, key, row) for key, row in images.items()}
    names = {
        key: class_name(row.get("name"), f"{path}: the name of category {key}")
        for key, row in source.by_id(tables["categories"], "categorie").items()
    }
    marked, empty = defaultdict[int, list[Marked]](list), 0
    for key, row in source.by_id(tables["annotations"], "annotation").items():
        image = _known(source, row, key, "image_id", sizes)
        label = names[_known(source, row, key, "category_id", names)]
        mask = _mask(source, key, row, sizes[image])
        if mask is None:
            empty += 1
        else:
            marked[image].append(Marked(label, mask, _is_crowd(source, key, row)))
    found = [
        Annotated(name, file, sizes[key].height, sizes[key].width, tuple(marked[key]))
        for key, (name, file) in _files(source, images, root).items()
    ]
    told = f"{path}: {empty} of {len(tables['annotations'])} annotations have no mask"
    return sorted(found, key=lambda each: each.name), told if empty else ""


def _size(source: Source, key: int, row: Mapping[str, Any]) -> Size:
    height, width = row.get("height"), row.get("width")
    if type(height) is not int or type(width) is not int or min(height, width) < 1:
        source.refuse(f"image {key} has height {shown(height)} and width {shown(width)}")
    if height * width > MAX_PIXELS:
        source.refuse(f"image {key} has {height * width:.3g} pixels, more than {MAX_PIXELS:,}")
    return Size(height, width)


def _known(
    source: Source, row: Mapping[str, Any], key: int, field: str, known: Mapping[int, Any]
) -> int:
    value = row.get(field)
    if type(value) is not int or value not in known:
        source.refuse(f"annotation {key} has {field} {shown(value)}, which the file does not have")
    return value


def _is_crowd(source: Source, key: int, row: Mapping[str, Any]) -> bool:
    crowd = row.get("iscrowd", 0)
    if crowd not in (0, 1) or isinstance(crowd, float):
        source.refuse(f"annotation {key} has iscrowd {shown(crowd)}, which is neither 0 nor 1")
    return bool(crowd)


def _mask(source: Source, key: int, row: Mapping[str, Any], size: Size) -> Rle | None:
    """The mask of an annotation, as large as its picture; None where only a box was drawn, or what
    covers no pixel."""
    drawn = row.get("segmentation")
    if drawn is None or drawn == []:
        return None
    if isinstance(drawn, list):
        _check_polygons(source, key, drawn, size)
        mask = from_polygons([_within(each, size) for each in drawn], size.height, size.width)
        return mask if area_pct([mask])[0] else None
    if not isinstance(drawn, dict):
        source.refuse(f"annotation {key} has a mask that is neither polygons nor run lengths")
    if drawn.get("size") != [size.height, size.width]:
        source.refuse(f"annotation {key} has a mask of another size than its image")
    counts = drawn.get("counts")
    if isinstance(counts, list):
        _check_runs(source, key, counts, size)
        return from_runs(counts, size.height, size.width)
    if not is_rle(drawn):
        source.refuse(f"annotation {key} has run lengths that do not add up to its image")
    return {"size": [size.height, size.width], "counts": counts}


def _check_polygons(source: Source, key: int, polygons: list[Any], size: Size) -> None:
    length = 0.0
    for each in polygons:
        if not isinstance(each, list) or not all(_is_finite(value) for value in each):
            source.refuse(f"annotation {key} has a polygon that is not a list of numbers")
        if len(each) < 6 or len(each) % 2:
            source.refuse(f"annotation {key} has a polygon without three points x, y")
        for values, side in ((each[::2], size.width), (each[1::2], size.height)):
            if min(values) < -OUTSIDE * side or max(values) > (1 + OUTSIDE) * side:
                source.refuse(f"annotation {key} has a point outside its image")
            length += sum(abs(b - a) for a, b in pairwise(values))
    if length > LONGEST_OUTLINE:
        source.refuse(f"annotation {key} has an outline of {length:,.0f} pixels")


def _is_finite(value: Any) -> bool:
    # A whole number may be too large for a float; a bool is one of Python's whole numbers.
    return type(value) in (int, float) and abs(value) <= MAX_PIXELS


def _within(polygon: Sequence[float], size: Size) -> list[float]:
    sides = (size.width, size.height)
    return [min(max(value, 0), sides[place % 2]) for place, value in enumerate(polygon)]


def _check_runs(source: Source, key: int, counts: list[Any], size: Size) -> None:
    whole = all(type(each) is int and each >= 0 for each in counts)
    if not whole or sum(counts) != size.height * size.width:
        source.refuse(f"annotation {key} has run lengths that do not add up to its image")


def _files(
    source: Source, images: Mapping[int, Mapping[str, Any]], root: Path
) -> dict[int, tuple[str, Path]]:
    """Of each image the name below `root` and the file."""
    places = list(_places(source.path, root))
    found = {}
    for key, row in images.items():
        file = _file(source, key, row.get("file_name"), places)
        found[key] = file.relative_to(root).as_posix(), file
    twice = [name for name, count in Counter(x for x, _ in found.values()).items() if count > 1]
    if twice:
        source.refuse(f"two of its images are the file {shown(twice[0])}")
    return found


def _file(source: Source, key: int, value: Any, places: Sequence[Path]) -> Path:
    """The file of an image: the first of the `places` that has it, else where it is missed."""
    text = value.replace("\\", "/") if isinstance(value, str) else ""
    name = PurePosixPath(text)
    if not name.parts or name.is_absolute() or ".." in name.parts or not text.isprintable():
        source.refuse(
            f"image {key} has file_name {shown(value)}, which is not the name of a file beside it"
        )
    named = [place / name for place in places]
    return next((file for file in named if _is_file(file)), named[0])


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than any file may have
        return False


def _places(path: Path, root: Path) -> Iterator[Path]:
    """Where tools put the pictures that a file of annotations names, below `root`."""
    folder = path.parent
    split = path.stem.removeprefix("instances_")
    # COCO and CVAT: annotations/instances_train.json, and the pictures beside that folder.
    tops = [folder, folder.parent] if folder.name == "annotations" and folder != root else [folder]
    for top in tops:
        yield from (top, top / "images", top / split, top / "images" / split)
