"""Moving scenes: objects that enter, cross, grow and hide each other before a textured background.

A scene is a value. Painting it at a moment gives the picture and, for each object that can still
be seen, the mask of its visible part.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from vidrec.drawing.objects import Style, draw, random_style

CANVAS_WIDTH, CANVAS_HEIGHT = 256, 192
# An object of which fewer pixels (1 % of the canvas) can be seen does not count as visible: nobody
# could name it.
MIN_VISIBLE_PIXELS = 490

# Height of an object of scale 1, as a share of the height of the canvas.
TYPICAL_HEIGHT = {
    "ball": 0.42,
    "bicycle": 0.54,
    "bird": 0.5,
    "bus": 0.52,
    "car": 0.46,
    "cat": 0.58,
    "dog": 0.58,
    "drum": 0.54,
    "guitar": 0.8,
    "microphone": 0.8,
    "person": 0.8,
    "piano": 0.56,
    "traffic light": 0.7,
    "tree": 0.72,
}


@dataclass(frozen=True)
class Track:
    """One object on its way through the scene. Positions are shares of the canvas."""

    label: str
    style: Style
    enter: float
    leave: float
    start: tuple[float, float]
    end: tuple[float, float]
    scale_start: float
    scale_end: float
    pace: float
    mirrored: bool

    def progress(self, time: float) -> float:
        return (time - self.enter) / max(self.leave - self.enter, 1e-9)


@dataclass(frozen=True)
class Scene:
    """Tracks from back to front, before a background drawn from `background_seed`."""

    background_seed: int
    tracks: tuple[Track, ...]


@dataclass(frozen=True)
class VisibleObject:
    """An object in a painted picture: `mask` is bool (height, width), its visible part only."""

    label: str
    mask: NDArray[np.bool_]


def random_track(
    label: str,
    rng: np.random.Generator,
    *,
    span: tuple[float, float],
    scale_range: tuple[float, float],
    across: tuple[float, float] = (0.12, 0.88),
) -> Track:
    """An object `label` that is there during `span` (seconds) and moves in some direction.

    It begins at a place of the width between the two shares `across`.
    """
    start = (float(rng.uniform(*across)), float(rng.uniform(0.35, 0.75)))
    drift = rng.uniform(-0.2, 0.2, 2) * (1.0, 0.4)
    end = (_within(start[0] + drift[0], 0.1, 0.9), _within(start[1] + drift[1], 0.3, 0.8))
    scale = math.exp(rng.uniform(math.log(scale_range[0]), math.log(scale_range[1])))
    growth = math.exp(rng.uniform(-0.3, 0.3))
    return Track(
        label=label,
        style=random_style(label, rng),
        enter=span[0],
        leave=span[1],
        start=start,
        end=end,
        scale_start=scale,
        scale_end=_within(scale * growth, 0.3, 1.5),
        pace=float(rng.uniform(0.6, 1.6)),
        mirrored=bool(rng.random() < 0.5),
    )


def _within(value: float, low: float, high: float) -> float:
    return float(min(max(value, low), high))


def paint(
    scene: Scene, backdrop: Image.Image, time: float
) -> tuple[Image.Image, list[VisibleObject]]:
    """The picture of `scene` at `time` (seconds) and its visible objects, from back to front."""
    picture = backdrop.copy()
    visible: list[VisibleObject] = []
    for track in scene.tracks:
        if not track.enter <= time < track.leave:
            continue
        sprite, corner = _place(track, time)
        picture.paste(sprite, corner, sprite)
        layer = Image.new("L", picture.size, 0)
        layer.paste(sprite.getchannel("A"), corner)
        mask = np.asarray(layer) >= 128
        visible = [VisibleObject(item.label, item.mask & ~mask) for item in visible]
        visible.append(VisibleObject(track.label, mask))
    return picture, [item for item in visible if item.mask.sum() >= MIN_VISIBLE_PIXELS]


def _place(track: Track, time: float) -> tuple[Image.Image, tuple[int, int]]:
    share = track.progress(time)
    scale = track.scale_start + share * (track.scale_end - track.scale_start)
    height = max(8, round(TYPICAL_HEIGHT[track.label] * scale * CANVAS_HEIGHT))
    sprite = draw(track.label, height, track.style, (time * track.pace) % 1.0)
    if track.mirrored:
        sprite = sprite.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    tilt = 5 * math.sin(2 * math.pi * time * track.pace / 3)
    sprite = sprite.rotate(tilt, Image.Resampling.BILINEAR, expand=True)
    x = track.start[0] + share * (track.end[0] - track.start[0])
    y = track.start[1] + share * (track.end[1] - track.start[1])
    corner = (
        round(x * CANVAS_WIDTH - sprite.width / 2),
        round(y * CANVAS_HEIGHT - sprite.height / 2),
    )
    return sprite, corner


def paint_backdrop(seed: int) -> Image.Image:
    """A textured background: soft blotches, a ground, stripes and clutter that is not an object."""
    rng = np.random.default_rng(seed)
    size = (CANVAS_WIDTH, CANVAS_HEIGHT)
    grid = (int(rng.integers(2, 7)), int(rng.integers(2, 8)), 3)
    tint = rng.uniform(70, 200) + rng.uniform(-30, 30, 3)
    blotches = tint + rng.uniform(-1, 1, grid) * rng.uniform(5, 40)
    cells = Image.fromarray(np.clip(blotches, 0, 255).astype(np.uint8))
    backdrop = cells.resize(size, Image.Resampling.BICUBIC)
    if rng.random() < 0.5:
        ground = _muted_color(rng)
        horizon = int(rng.uniform(0.45, 0.8) * CANVAS_HEIGHT)
        overlay = Image.new("RGB", (CANVAS_WIDTH, CANVAS_HEIGHT - horizon), ground)
        backdrop.paste(overlay, (0, horizon))
    draw_on = ImageDraw.Draw(backdrop)
    if rng.random() < 0.35:
        _stripes(draw_on, rng)
    for _ in range(int(rng.integers(0, 9))):
        _clutter(draw_on, rng)
    grain = rng.normal(0, rng.uniform(2, 10), (CANVAS_HEIGHT, CANVAS_WIDTH, 1))
    # Whole numbers first: the sum is the same, at a fifth of the time.
    pixels = np.asarray(backdrop) + np.floor(grain).astype(np.int16)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _muted_color(rng: np.random.Generator) -> tuple[int, int, int]:
    shifted = rng.uniform(60, 210) + rng.uniform(-35, 35, 3)
    red, green, blue = (int(value) for value in shifted)
    return (red, green, blue)


def _stripes(draw_on: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    gap, width = int(rng.integers(14, 40)), int(rng.integers(2, 9))
    slope, color = rng.uniform(-0.6, 0.6) * CANVAS_HEIGHT, _muted_color(rng)
    for x in range(-CANVAS_HEIGHT, CANVAS_WIDTH + CANVAS_HEIGHT, gap):
        draw_on.line([(x, 0), (x + slope, CANVAS_HEIGHT)], fill=color, width=width)


def _clutter(draw_on: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    x, y = rng.uniform(0, CANVAS_WIDTH), rng.uniform(0, CANVAS_HEIGHT)
    width, height = rng.uniform(5, 70, 2)
    box, color = [x, y, x + width, y + height], _muted_color(rng)
    kind = int(rng.integers(0, 4))
    if kind == 0:
        draw_on.rectangle(box, fill=color)
    elif kind == 1:
        draw_on.ellipse(box, fill=color)
    elif kind == 2:
        corners: Sequence[tuple[float, float]] = [
            (x + dx * width, y + dy * height) for dx, dy in rng.uniform(-1, 1, (4, 2))
        ]
        draw_on.polygon(corners, fill=color)
    else:
        draw_on.line(box, fill=color, width=int(rng.integers(1, 7)))
