"""Rendered stills: the pictures that the sample's networks learn from.

They come from the same drawings as the sample clips, but from seeds of their own: no still shares
one with a clip, and stills of different purposes share none with each other.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vidrec.drawing.objects import LABELS
from vidrec.drawing.scenes import (
    CANVAS_HEIGHT,
    CANVAS_WIDTH,
    Scene,
    VisibleObject,
    paint,
    paint_backdrop,
    random_track,
)

# Seed branch of each use of stills; clips have a branch of their own (0).
PURPOSES = {"classifier": 1, "segmenter": 2, "head": 3, "validation": 4, "own": 5}


# Width and height of a close-up, as a share of those of the picture it is cut from.
CLOSEUP = 1 / 2


@dataclass(frozen=True)
class Still:
    """A picture with the visible objects in it, masks as large as the picture."""

    picture: Image.Image
    objects: list[VisibleObject]

    def shares(self) -> NDArray[np.float64]:
        """Share of each label of `LABELS` in the area that objects cover, (labels,), sum 1."""
        areas = np.zeros(len(LABELS))
        for item in self.objects:
            areas[LABELS.index(item.label)] += item.mask.sum()
        shares: NDArray[np.float64] = areas / areas.sum()
        return shares

    def share_map(self, cells: int) -> NDArray[np.float32]:
        """What each cell of a grid shows, as a distribution over labels (labels, cells, cells).

        The part of a cell that no object covers is spread evenly: background votes for no label.
        """
        cover = np.zeros((len(LABELS), cells, cells), dtype=np.float32)
        for item in self.objects:
            side = item.mask.shape[0] // cells
            blocks = item.mask[: side * cells, : side * cells].reshape(cells, side, cells, side)
            cover[LABELS.index(item.label)] += blocks.mean((1, 3), dtype=np.float32)
        free = 1 - cover.sum(axis=0, keepdims=True)
        shares: NDArray[np.float32] = cover + free / len(LABELS)
        return shares

    def cropped(self, box: tuple[int, int, int, int], size: int) -> "Still":
        """The part within `box` (left, top, right, bottom; pixels), stretched to a square."""
        return Still(
            self.picture.resize((size, size), Image.Resampling.BILINEAR, box=box),
            [VisibleObject(item.label, resize_mask(item.mask, size, box)) for item in self.objects],
        )


def render_still(purpose: str, seed: int, index: int, size: int, max_objects: int) -> Still:
    """Still number `index` for `purpose`, `size` pixels square, 1 to `max_objects` objects."""
    rng = np.random.default_rng([seed, PURPOSES[purpose], index])
    return _render(rng, max_objects).cropped((0, 0, CANVAS_WIDTH, CANVAS_HEIGHT), size)


def render_closeup(purpose: str, seed: int, index: int, size: int, max_objects: int) -> Still:
    """As `render_still`, but a part of the picture (`CLOSEUP` of it), near one of its objects."""
    rng = np.random.default_rng([seed, PURPOSES[purpose], index, 1])
    still = _render(rng, max_objects)
    mask = still.objects[int(rng.integers(len(still.objects)))].mask
    return still.cropped(_window_around(mask, rng), size)


def render_views(
    seed: int, index: int, labels: tuple[str, ...], size: int
) -> tuple[Image.Image, Image.Image]:
    """Two moments of one scene with one object, of one of `labels`, `size` pixels square."""
    rng = np.random.default_rng([seed, PURPOSES["head"], index])
    track = random_track(str(rng.choice(labels)), rng, span=(0.0, 4.0), scale_range=(0.6, 1.3))
    scene = Scene(int(rng.integers(2**31)), (track,))
    backdrop = paint_backdrop(scene.background_seed)
    early, late = (
        paint(scene, backdrop, float(time))[0].resize((size, size), Image.Resampling.BILINEAR)
        for time in np.sort(rng.uniform(0, 4.0, 2))
    )
    return early, late


def _render(rng: np.random.Generator, max_objects: int) -> Still:
    while True:
        tracks = tuple(
            random_track(str(label), rng, span=(0.0, 4.0), scale_range=(0.6, 1.3))
            for label in rng.choice(LABELS, int(rng.integers(1, max_objects + 1)))
        )
        scene = Scene(int(rng.integers(2**31)), tracks)
        backdrop = paint_backdrop(scene.background_seed)
        still = Still(*paint(scene, backdrop, float(rng.uniform(0, 4.0))))
        if still.objects:
            return still


def _window_around(mask: NDArray[np.bool_], rng: np.random.Generator) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(mask)
    width, height = round(CANVAS_WIDTH * CLOSEUP), round(CANVAS_HEIGHT * CLOSEUP)
    x = columns.mean() + width * rng.uniform(-0.3, 0.3) - width / 2
    y = rows.mean() + height * rng.uniform(-0.3, 0.3) - height / 2
    left = int(min(max(0, x), CANVAS_WIDTH - width))
    top = int(min(max(0, y), CANVAS_HEIGHT - height))
    return (left, top, left + width, top + height)


def resize_mask(
    mask: NDArray[np.bool_], size: int, box: tuple[int, int, int, int] | None = None
) -> NDArray[np.bool_]:
    """`mask` (height, width), or its part within `box`, stretched to (size, size), nearest."""
    picture = Image.fromarray(mask).resize((size, size), Image.Resampling.NEAREST, box=box)
    return np.asarray(picture, dtype=np.bool_)
