"""A contact sheet: the frames of a video in a grid, with what was found in each, as one picture."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

COLUMNS = 6
TILE, GAP, MARGIN = 240, 12, 24
# Heights in pixels: of the line under a frame, of the title, and of a line of the legend.
CAPTION, TITLE, ROW = 24, 34, 26

# Sizes of the letters in pixels.
SMALL, NORMAL, LARGE = 13, 15, 24

# Fonts with accents and other scripts, as they are called on one system or another.
SYSTEM_FONTS = ("DejaVuSans.ttf", "Arial Unicode.ttf", "arial.ttf")
# No character, so that every font draws for it what it draws for one that it lacks.
NO_CHARACTER = "\uffff"

PAPER, INK, FAINT, RIM = "#ffffff", "#1b1f24", "#667079", "#d9dde1"
# Colours of labels, the most frequent first; with more labels they are used again.
PALETTE = (
    *("#e6550d", "#3182bd", "#31a354", "#c51b8a", "#dfb100", "#17becf"),
    *("#8c564b", "#756bb1", "#a1d99b", "#fb6a4a", "#9ecae1", "#636363"),
)

Colours = dict[str, str]
# Left, top, right, bottom in pixels.
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Seen:
    """An object in a frame: its label, confidence (0..1), and mask (height, width)."""

    label: str
    confidence: float
    mask: NDArray[np.bool_]


@dataclass(frozen=True)
class Tile:
    """A frame, its class with the confidence, and the objects in it; None: was not looked for."""

    number: int
    picture: Image.Image
    top: tuple[str, float] | None = None
    objects: tuple[Seen, ...] | None = None


def draw(title: str, note: str, tiles: Sequence[Tile]) -> Image.Image:
    """The sheet of `tiles` in their order, under a title and a note, with a legend of labels.

    No text may have a line break.
    """
    counts = Counter(seen.label for tile in tiles for seen in tile.objects or ())
    labels = sorted(counts, key=lambda label: (-counts[label], label))
    colours = {label: PALETTE[place % len(PALETTE)] for place, label in enumerate(labels)}
    columns = min(COLUMNS, len(tiles))
    width = 2 * MARGIN + max(columns, 3) * (TILE + GAP) - GAP
    legend = _legend([f"{label} ({counts[label]})" for label in labels], width - 2 * MARGIN)
    top = MARGIN + TITLE + ROW * (1 + len(legend)) + GAP
    rows = -(-len(tiles) // columns)
    sheet = Image.new("RGB", (width, top + rows * (TILE + CAPTION + GAP) + MARGIN - GAP), PAPER)
    _draw_head(sheet, title, note)
    _draw_legend(sheet, legend, [colours[label] for label in labels])
    for place, tile in enumerate(tiles):
        row, column = divmod(place, columns)
        at = MARGIN + column * (TILE + GAP), top + row * (TILE + CAPTION + GAP)
        sheet.paste(_draw_frame(tile, colours), at)
        _draw_caption(sheet, tile, at)
    return sheet


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    found = ImageFont.load_default(size)
    assert isinstance(found, ImageFont.FreeTypeFont)  # so it is with a size given
    return found


def _font_with(text: str, size: int) -> ImageFont.FreeTypeFont:
    """The font that has most of `text`: the usual one, which has but few accents, if it will do."""
    return min((_font(size), *_system_fonts(size)), key=lambda font: len(_lacking(text, font)))


def _system_fonts(size: int) -> Iterator[ImageFont.FreeTypeFont]:
    for name in SYSTEM_FONTS:
        with suppress(OSError):
            yield ImageFont.truetype(name, size)


def _lacking(text: str, font: ImageFont.FreeTypeFont) -> set[str]:
    """The characters of `text` that `font` has not."""
    lacked = bytes(font.getmask(NO_CHARACTER))
    return {each for each in text if bytes(font.getmask(each)) == lacked}


def _drawable(text: str, font: ImageFont.FreeTypeFont) -> str:
    """`text` with what `font` lacks in English letters, by its sound."""
    lacking = _lacking(text, font)
    return "".join(anyascii(each) if each in lacking else each for each in text)


def _shortened(text: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    """`text`, cut so that it is no wider than `width` pixels."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "...") > width:
        text = text[:-1]
    return text + "..."


def _with_confidence(
    label: str, confidence: float, font: ImageFont.FreeTypeFont, width: float
) -> str:
    """Label and confidence in at most `width` pixels: if need be the label is cut."""
    end = f" {confidence:.2f}"
    return _shortened(label, font, width - font.getlength(end)) + end


def _draw_head(sheet: Image.Image, title: str, note: str) -> None:
    pen, width = ImageDraw.Draw(sheet), sheet.width - 2 * MARGIN
    large, small = _font_with(title, LARGE), _font(NORMAL)
    shown = _shortened(_drawable(title, large), large, width)
    pen.text((MARGIN, MARGIN), shown, INK, large, "lt")
    pen.text((MARGIN, MARGIN + TITLE), _shortened(note, small, width), FAINT, small, "lt")


def _legend(entries: Sequence[str], width: int) -> list[list[str]]:
    """`entries` broken into lines of at most `width` pixels."""
    lines: list[list[str]] = []
    used = width
    for entry in entries:
        needed = _entry_width(entry)
        if used + needed > width:
            lines.append([])
            used = 0
        lines[-1].append(entry)
        used += needed
    return lines


def _entry_width(entry: str) -> int:
    return 22 + int(_font(NORMAL).getlength(entry)) + 22


def _draw_legend(sheet: Image.Image, lines: list[list[str]], colours: Sequence[str]) -> None:
    pen, font = ImageDraw.Draw(sheet), _font(NORMAL)
    left = iter(colours)
    for row, line in enumerate(lines):
        x, y = MARGIN, MARGIN + TITLE + ROW * (1 + row)
        for entry in line:
            pen.rectangle((x, y, x + 14, y + 14), fill=next(left))
            pen.text((x + 22, y + 7), entry, INK, font, "lm")
            x += _entry_width(entry)


def _draw_caption(sheet: Image.Image, tile: Tile, at: tuple[int, int]) -> None:
    pen, font = ImageDraw.Draw(sheet), _font(NORMAL)
    x, y = at[0], at[1] + TILE + CAPTION // 2
    number = f"{tile.number}  "
    pen.text((x, y), number, FAINT, font, "lm")
    if tile.top is not None:
        start = font.getlength(number)
        text = _with_confidence(*tile.top, font, TILE - start)
        pen.text((x + start, y), text, INK, font, "lm")


def _draw_frame(tile: Tile, colours: Colours) -> Image.Image:
    """The frame in a square of TILE pixels, with its objects' outlines and labels."""
    picture = _fitted(tile.picture)
    objects = tile.objects or ()
    for seen in reversed(objects):
        _draw_outline(picture, seen.mask, colours[seen.label])
    taken: list[Box] = []
    for seen in objects:
        text = _with_confidence(seen.label, seen.confidence, _font(SMALL), picture.width - 8)
        at = _top_left(picture, seen.mask)
        taken.append(_draw_label(picture, text, at, taken, colours[seen.label]))
    if tile.objects == ():
        _draw_label(picture, "no object found", (0, 0), [], FAINT)
    framed = ImageOps.pad(picture, (TILE, TILE), color=RIM)
    ImageDraw.Draw(framed).rectangle((0, 0, TILE - 1, TILE - 1), outline=RIM)
    return framed


def _fitted(picture: Image.Image) -> Image.Image:
    """`picture` with its longer side TILE pixels long."""
    scale = TILE / max(picture.size)
    width, height = (max(1, round(side * scale)) for side in picture.size)
    return picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)


def _draw_outline(picture: Image.Image, mask: NDArray[np.bool_], colour: str) -> None:
    """Tint what `mask` covers, and draw its edge: dark outside, so that it shows on any ground."""
    shape = _resized(mask, picture.size)
    inner, outer = shape.filter(ImageFilter.MinFilter(5)), shape.filter(ImageFilter.MaxFilter(3))
    picture.paste(colour, mask=shape.point(lambda value: value // 5))
    picture.paste("#000000", mask=_without(outer, shape))
    picture.paste(colour, mask=_without(shape, inner))


def _resized(mask: NDArray[np.bool_], size: tuple[int, int]) -> Image.Image:
    """`mask` as a picture of 0 and 255, its edge as smooth as `size` allows."""
    shape = Image.fromarray(mask.astype(np.uint8) * 255).resize(size, Image.Resampling.BICUBIC)
    return shape.point(lambda value: 255 if value >= 128 else 0)


def _without(shape: Image.Image, other: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(shape) & ~np.asarray(other))


def _top_left(picture: Image.Image, mask: NDArray[np.bool_]) -> tuple[int, int]:
    """Where the box around `mask` begins in `picture`; its corner for a mask too small to show."""
    box = _resized(mask, picture.size).getbbox() or (0, 0, 0, 0)
    return box[0], box[1]


def _draw_label(
    picture: Image.Image, text: str, at: tuple[int, int], taken: Sequence[Box], colour: str
) -> Box:
    """Write `text` above the point `at`, or as near below that as is free; returns the place."""
    pen, font = ImageDraw.Draw(picture), _font(SMALL)
    width, height = int(font.getlength(text)) + 8, SMALL + 4
    x, y = max(0, min(at[0], picture.width - width)), max(0, at[1] - height)
    while any(_touch((x, y, x + width, y + height), other) for other in taken):
        y += 1
    place = (x, y, x + width, y + height)
    pen.rectangle(place, fill=colour)
    pen.text((x + 4, y + height // 2 + 1), text, _ink_on(colour), font, "lm")
    return place


def _touch(first: Box, second: Box) -> bool:
    beside = first[2] < second[0] or second[2] < first[0]
    return not beside and first[1] <= second[3] and second[1] <= first[3]


def _ink_on(colour: str) -> str:
    """Black or white, whichever is read more easily on `colour`."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return "#000000" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#ffffff"
