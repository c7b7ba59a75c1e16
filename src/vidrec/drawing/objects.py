"""Twenty-two everyday objects, each drawn as a small picture with a transparent background.

A drawing varies in colours, proportions and pose, so that a network has to learn the shape of an
object and not one picture of it.
"""

import numpy as np
from PIL import Image

from vidrec.drawing import living, things, vehicles
from vidrec.drawing.pen import Color, Pen, Style

# Usual body colours of each object; an instance differs from them by up to `COLOR_SPREAD`.
PALETTES: dict[str, tuple[Color, ...]] = {
    "airplane": ((225, 228, 232), (120, 150, 195), (215, 120, 60)),
    "ball": ((225, 40, 45), (35, 90, 215), (245, 130, 25)),
    "bicycle": ((30, 160, 175), (215, 35, 50), (40, 45, 60)),
    "bird": ((60, 150, 235), (40, 190, 90), (240, 200, 40)),
    "boat": ((150, 85, 45), (30, 80, 140), (190, 45, 45)),
    "bus": ((240, 190, 30), (205, 40, 40), (225, 110, 30)),
    "car": ((190, 30, 40), (40, 70, 160), (150, 155, 165)),
    "cat": ((225, 140, 70), (120, 120, 125), (60, 58, 62)),
    "chair": ((150, 95, 50), (190, 150, 95), (95, 60, 40)),
    "clock": ((200, 50, 60), (50, 120, 190), (60, 150, 110)),
    "cup": ((220, 220, 215), (90, 150, 200), (225, 150, 60)),
    "dog": ((140, 90, 50), (205, 170, 120), (90, 60, 45)),
    "drum": ((185, 30, 60), (30, 60, 150), (120, 40, 130)),
    "guitar": ((205, 130, 60), (170, 85, 40), (150, 35, 30)),
    "horse": ((150, 85, 40), (95, 60, 40), (215, 200, 185)),
    "microphone": ((70, 72, 80), (60, 60, 90), (90, 70, 70)),
    "person": ((60, 110, 200), (200, 60, 90), (70, 150, 90)),
    "piano": ((60, 50, 50), (120, 70, 45), (90, 45, 40)),
    "traffic light": ((60, 62, 52), (70, 70, 76), (50, 60, 55)),
    "train": ((40, 95, 60), (45, 55, 75), (150, 35, 40)),
    "tree": ((50, 140, 50), (80, 160, 40), (30, 115, 70)),
    "umbrella": ((200, 40, 90), (40, 90, 180), (110, 60, 150)),
}

COLOR_SPREAD = 32


def random_style(label: str, rng: np.random.Generator) -> Style:
    """A style for an object `label`: its usual colours, varied, and random proportions."""
    palette = PALETTES[label]
    body = _vary(palette[int(rng.integers(len(palette)))], rng)
    accent = _vary((128, 128, 128), rng, spread=110)
    tone = rng.uniform(0.35, 1.0)
    skin = (int(240 * tone), int(200 * tone), int(170 * tone))
    first, second, third = (float(value) for value in rng.uniform(-1, 1, 3))
    return Style(body, accent, skin, (first, second, third))


def _vary(color: Color, rng: np.random.Generator, spread: int = COLOR_SPREAD) -> Color:
    shifted = np.clip(np.array(color) + rng.integers(-spread, spread + 1, 3), 0, 255)
    red, green, blue = (int(value) for value in shifted)
    return (red, green, blue)


DRAWINGS = dict(sorted((living.DRAWINGS | things.DRAWINGS | vehicles.DRAWINGS).items()))
LABELS: tuple[str, ...] = tuple(DRAWINGS)


def draw(label: str, height: int, style: Style, phase: float) -> Image.Image:
    """The object `label` as an RGBA picture `height` pixels high.

    `phase` (0..1, periodic) is the moment within its movement: a step, a turn of the wheels.
    """
    drawing = DRAWINGS[label]
    pen = Pen(max(2, round(height * drawing.aspect)), max(2, height))
    drawing.figure(pen, style, phase)
    return pen.picture()
