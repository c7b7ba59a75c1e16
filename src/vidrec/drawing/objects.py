"""Fourteen everyday objects, each drawn as a small picture with a transparent background.

A drawing varies in colours, proportions and pose, so that a network has to learn the shape of an
object and not one picture of it. All figures are drawn in unit coordinates: x to the right and y
down, both 0..1 over the box of the figure.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

Color = tuple[int, int, int]
Point = tuple[float, float]

SUPERSAMPLING = 2
DARK: Color = (28, 28, 32)
LIGHT: Color = (244, 242, 236)
GLASS: Color = (170, 205, 225)


@dataclass(frozen=True)
class Style:
    """What makes one instance of an object differ from another of the same label."""

    body: Color
    accent: Color
    skin: Color
    # Three numbers in -1..1 that each figure reads as lengths of its own parts.
    proportions: tuple[float, float, float]


# Usual body colours of each object; an instance differs from them by up to `COLOR_SPREAD`.
PALETTES: dict[str, tuple[Color, ...]] = {
    "ball": ((225, 40, 45), (35, 90, 215), (245, 130, 25)),
    "bicycle": ((30, 160, 175), (215, 35, 50), (40, 45, 60)),
    "bird": ((60, 150, 235), (40, 190, 90), (240, 200, 40)),
    "bus": ((240, 190, 30), (205, 40, 40), (225, 110, 30)),
    "car": ((190, 30, 40), (40, 70, 160), (150, 155, 165)),
    "cat": ((225, 140, 70), (120, 120, 125), (60, 58, 62)),
    "dog": ((140, 90, 50), (205, 170, 120), (90, 60, 45)),
    "drum": ((185, 30, 60), (30, 60, 150), (120, 40, 130)),
    "guitar": ((205, 130, 60), (170, 85, 40), (150, 35, 30)),
    "microphone": ((70, 72, 80), (60, 60, 90), (90, 70, 70)),
    "person": ((60, 110, 200), (200, 60, 90), (70, 150, 90)),
    "piano": ((60, 50, 50), (120, 70, 45), (90, 45, 40)),
    "traffic light": ((60, 62, 52), (70, 70, 76), (50, 60, 55)),
    "tree": ((50, 140, 50), (80, 160, 40), (30, 115, 70)),
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


def _shade(color: Color, factor: float) -> Color:
    red, green, blue = (max(0, min(255, round(value * factor))) for value in color)
    return (red, green, blue)


class Pen:
    """Draws in unit coordinates on a transparent picture of `width` x `height` pixels."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width * SUPERSAMPLING, height * SUPERSAMPLING)
        self._image = Image.new("RGBA", self._size, (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self._image)

    def polygon(self, points: Sequence[Point], color: Color) -> None:
        self._draw.polygon([self._pixel(point) for point in points], fill=color)

    def box(self, x0: float, y0: float, x1: float, y1: float, color: Color) -> None:
        self._draw.rectangle([self._pixel((x0, y0)), self._pixel((x1, y1))], fill=color)

    def round_box(
        self, x0: float, y0: float, x1: float, y1: float, radius: float, color: Color
    ) -> None:
        corners = [self._pixel((x0, y0)), self._pixel((x1, y1))]
        self._draw.rounded_rectangle(corners, radius * min(self._size), fill=color)

    def ellipse(self, x0: float, y0: float, x1: float, y1: float, color: Color) -> None:
        self._draw.ellipse([self._pixel((x0, y0)), self._pixel((x1, y1))], fill=color)

    def disc(self, center: Point, radius: float, color: Color) -> None:
        """A circle whose radius is a share of the height of the box."""
        x, y = self._pixel(center)
        reach = radius * self._size[1]
        self._draw.ellipse([x - reach, y - reach, x + reach, y + reach], fill=color)

    def ring(self, center: Point, radius: float, width: float, color: Color) -> None:
        x, y = self._pixel(center)
        reach = radius * self._size[1]
        stroke = max(1, round(width * self._size[1]))
        self._draw.ellipse(
            [x - reach, y - reach, x + reach, y + reach], outline=color, width=stroke
        )

    def line(self, points: Sequence[Point], width: float, color: Color) -> None:
        """A stroke with round joints, its width a share of the height of the box."""
        pixels = [self._pixel(point) for point in points]
        stroke = max(1, round(width * self._size[1]))
        self._draw.line(pixels, fill=color, width=stroke, joint="curve")

    def picture(self) -> Image.Image:
        return self._image.reduce(SUPERSAMPLING)

    def _pixel(self, point: Point) -> Point:
        return (point[0] * self._size[0], point[1] * self._size[1])


Figure = Callable[[Pen, Style, float], None]


def _person(pen: Pen, style: Style, phase: float) -> None:
    stride = 0.16 * math.sin(2 * math.pi * phase)
    legs = _shade(style.accent, 0.8)
    for side in (-1, 1):
        foot = 0.5 + side * (0.09 + stride)
        pen.line([(0.5 + side * 0.08, 0.55), (foot, 0.97)], 0.11, legs)
        pen.line([(foot - 0.03, 0.975), (foot + 0.14, 0.975)], 0.04, DARK)
        hand = 0.5 + side * (0.28 - 0.6 * stride * side)
        pen.line([(0.5 + side * 0.16, 0.26), (hand, 0.52)], 0.08, _shade(style.body, 0.85))
        pen.disc((hand, 0.53), 0.035, style.skin)
    pen.round_box(0.29, 0.21, 0.71, 0.59, 0.1, style.body)
    pen.box(0.43, 0.16, 0.57, 0.23, style.skin)
    pen.disc((0.5, 0.105), 0.085, style.skin)
    hair = _shade(style.accent, 0.4)
    pen.ellipse(0.27, 0.005, 0.73, 0.085 + 0.02 * style.proportions[0], hair)


def _tree(pen: Pen, style: Style, phase: float) -> None:
    sway = 0.02 * math.sin(2 * math.pi * phase)
    green = style.body
    pen.polygon([(0.43, 1.0), (0.46, 0.5), (0.54, 0.5), (0.58, 1.0)], (105, 72, 44))
    if style.proportions[0] > 0:
        for level in range(3):
            top = 0.02 + 0.2 * level
            half = 0.24 + 0.1 * level
            tier = [(0.5 + sway, top), (0.5 - half, top + 0.36), (0.5 + half, top + 0.36)]
            pen.polygon(tier, _shade(green, 0.85 + 0.12 * level))
        return
    for x, y, radius, shade in (
        (0.27, 0.42, 0.19, 0.8),
        (0.73, 0.42, 0.19, 0.9),
        (0.5, 0.24, 0.23, 1.0),
        (0.5, 0.48, 0.2, 0.95),
        (0.36, 0.28, 0.1, 1.15),
    ):
        pen.disc((x + sway, y), radius, _shade(green, shade))


def _wheel(pen: Pen, center: Point, radius: float, phase: float) -> None:
    pen.disc(center, radius, DARK)
    pen.disc(center, radius * 0.55, (175, 178, 182))
    angle = 2 * math.pi * phase
    pen.disc(
        (center[0] + 0.2 * radius * math.cos(angle), center[1] + 0.3 * radius * math.sin(angle)),
        radius * 0.15,
        DARK,
    )


def _car(pen: Pen, style: Style, phase: float) -> None:
    roof = 0.08 + 0.05 * style.proportions[0]
    front = 0.05 * style.proportions[1]
    cabin = [(0.16, 0.5), (0.29, roof), (0.64 + front, roof), (0.8 + front, 0.5)]
    pen.polygon(cabin, _shade(style.body, 0.85))
    pen.polygon([(0.23, 0.47), (0.32, roof + 0.09), (0.46, roof + 0.09), (0.46, 0.47)], GLASS)
    right = 0.61 + front
    pen.polygon([(0.5, 0.47), (0.5, roof + 0.09), (right, roof + 0.09), (right + 0.1, 0.47)], GLASS)
    pen.round_box(0.01, 0.44, 0.99, 0.82, 0.14, style.body)
    pen.box(0.02, 0.68, 0.98, 0.74, _shade(style.body, 0.7))
    pen.ellipse(0.92, 0.5, 0.99, 0.63, (250, 240, 170))
    pen.ellipse(0.01, 0.5, 0.06, 0.63, (200, 40, 40))
    for x in (0.22, 0.78):
        _wheel(pen, (x, 0.8), 0.19, phase)


def _bus(pen: Pen, style: Style, phase: float) -> None:
    pen.round_box(0.01, 0.03, 0.99, 0.88, 0.07, style.body)
    pen.box(0.01, 0.56, 0.99, 0.65, style.accent)
    count = 5 if style.proportions[0] > 0 else 4
    step = 0.74 / count
    for window in range(count):
        left = 0.05 + step * window
        pen.box(left, 0.14, left + step * 0.8, 0.48, GLASS)
    pen.box(0.81, 0.16, 0.93, 0.84, _shade(GLASS, 0.8))
    pen.line([(0.87, 0.16), (0.87, 0.84)], 0.02, DARK)
    for x in (0.2, 0.7):
        _wheel(pen, (x, 0.86), 0.13, phase)


def _bicycle(pen: Pen, style: Style, phase: float) -> None:
    frame, back, front = style.body, (0.22, 0.69), (0.78, 0.69)
    for hub in (back, front):
        pen.disc(hub, 0.3, (205, 208, 212))
        pen.ring(hub, 0.3, 0.06, DARK)
        for spoke in range(3):
            angle = math.pi * (phase + spoke / 3)
            dx, dy = 0.17 * math.cos(angle), 0.27 * math.sin(angle)
            pen.line(
                [(hub[0] - dx, hub[1] - dy), (hub[0] + dx, hub[1] + dy)], 0.015, (130, 130, 130)
            )
    crank, seat, head = (0.46, 0.69), (0.38, 0.25), (0.68, 0.25)
    for stroke in ((back, crank), (back, seat), (crank, seat), (crank, head), (seat, head)):
        pen.line(stroke, 0.075, frame)
    pen.line([front, (0.66, 0.12), (0.75, 0.07)], 0.075, frame)
    pen.line([(0.6, 0.09), (0.76, 0.09)], 0.06, DARK)
    pen.ellipse(0.29, 0.15, 0.46, 0.26, DARK)
    angle = 2 * math.pi * phase
    pedal = (crank[0] + 0.07 * math.cos(angle), crank[1] + 0.11 * math.sin(angle))
    pen.line([crank, pedal], 0.035, DARK)
    pen.disc(crank, 0.05, DARK)


def _traffic_light(pen: Pen, style: Style, phase: float) -> None:
    pen.box(0.44, 0.6, 0.56, 1.0, (90, 92, 96))
    pen.round_box(0.14, 0.01, 0.86, 0.68, 0.12, style.body)
    lit = int(3 * (phase % 1.0))
    for lamp, color in enumerate(((235, 50, 40), (245, 190, 40), (50, 205, 80))):
        shown = color if lamp == lit else _shade(color, 0.3)
        pen.disc((0.5, 0.125 + 0.215 * lamp), 0.09, shown)


def _cat(pen: Pen, style: Style, phase: float) -> None:
    fur = _shade(style.body, 0.9)
    swing = 0.07 * math.sin(2 * math.pi * phase)
    pen.line([(0.2, 0.85), (0.05, 0.7), (0.1 + swing, 0.42), (0.02 + swing, 0.3)], 0.07, fur)
    pen.ellipse(0.13, 0.42, 0.8, 0.99, fur)
    for x in (0.42, 0.62):
        pen.ellipse(x - 0.08, 0.86, x + 0.1, 1.0, _shade(fur, 1.2))
    for side in (-1, 1):
        base = 0.62 + side * 0.17
        ear = [(base - 0.12, 0.24), (base + side * 0.08, 0.0), (base + 0.12, 0.24)]
        pen.polygon(ear, fur)
        inner = [(base - 0.05, 0.2), (base + side * 0.05, 0.08), (base + 0.05, 0.2)]
        pen.polygon(inner, (235, 160, 160))
    pen.ellipse(0.34, 0.13, 0.9, 0.6, _shade(fur, 1.08))
    for side in (-1, 1):
        pen.ellipse(0.62 + side * 0.13 - 0.06, 0.27, 0.62 + side * 0.13 + 0.06, 0.4, (190, 220, 90))
        pen.ellipse(0.62 + side * 0.13 - 0.02, 0.27, 0.62 + side * 0.13 + 0.02, 0.4, DARK)
        for rise in (-0.03, 0.03):
            whiskers = [(0.62 + side * 0.08, 0.47), (0.62 + side * 0.37, 0.47 + rise)]
            pen.line(whiskers, 0.012, LIGHT)
    pen.polygon([(0.58, 0.42), (0.66, 0.42), (0.62, 0.48)], (225, 120, 130))
    if style.proportions[0] > 0:
        for stripe in range(3):
            x = 0.26 + 0.13 * stripe
            pen.line([(x, 0.62), (x - 0.02, 0.82)], 0.035, _shade(fur, 0.6))


def _dog(pen: Pen, style: Style, phase: float) -> None:
    fur = _shade(style.body, 0.95)
    step = 0.05 * math.sin(2 * math.pi * phase)
    wag = 0.08 * math.cos(4 * math.pi * phase)
    pen.line([(0.14, 0.48), (0.03, 0.25 + wag)], 0.06, fur)
    for x, shift in ((0.19, step), (0.3, -step), (0.56, step), (0.66, -step)):
        pen.line([(x, 0.62), (x + shift, 0.96)], 0.09, _shade(fur, 0.85))
    pen.round_box(0.1, 0.4, 0.74, 0.74, 0.16, fur)
    pen.polygon([(0.58, 0.55), (0.66, 0.18), (0.82, 0.25), (0.76, 0.62)], fur)
    pen.ellipse(0.6, 0.07, 0.88, 0.42, _shade(fur, 1.1))
    pen.round_box(0.76, 0.22, 0.99, 0.4, 0.08, _shade(fur, 1.15))
    pen.ellipse(0.93, 0.2, 1.0, 0.29, DARK)
    pen.ellipse(0.75, 0.15, 0.8, 0.22, DARK)
    drop = 0.05 * style.proportions[0]
    pen.ellipse(0.58, 0.09, 0.71, 0.46 + drop, _shade(fur, 0.6))
    if style.proportions[1] > 0:
        pen.ellipse(0.28, 0.44, 0.5, 0.62, LIGHT)
    pen.line([(0.62, 0.48), (0.78, 0.52)], 0.04, style.accent)


def _bird(pen: Pen, style: Style, phase: float) -> None:
    lift = 0.3 * math.sin(2 * math.pi * phase)
    feathers = style.body
    pen.polygon([(0.3, 0.52), (0.0, 0.42), (0.03, 0.66)], _shade(feathers, 0.7))
    pen.ellipse(0.2, 0.38, 0.76, 0.74, feathers)
    pen.ellipse(0.32, 0.55, 0.68, 0.74, _shade(feathers, 1.35))
    pen.disc((0.76, 0.4), 0.15, feathers)
    pen.polygon([(0.87, 0.35), (1.0, 0.42), (0.86, 0.48)], (240, 170, 40))
    pen.disc((0.8, 0.37), 0.032, DARK)
    pen.polygon([(0.36, 0.5), (0.62, 0.5), (0.34, 0.38 - lift)], style.accent)
    for x in (0.45, 0.54):
        pen.line([(x, 0.72), (x + 0.02, 0.9)], 0.025, (200, 130, 40))


def _guitar(pen: Pen, style: Style, phase: float) -> None:
    wood = style.body
    tilt = 0.01 * math.sin(2 * math.pi * phase)
    pen.ellipse(0.02, 0.56, 0.98, 0.99, wood)
    pen.ellipse(0.12, 0.38, 0.88, 0.72, wood)
    pen.ellipse(0.3, 0.52, 0.7, 0.69, DARK)
    pen.box(0.42 + tilt, 0.1, 0.58 + tilt, 0.58, (70, 45, 30))
    pen.polygon([(0.38, 0.1), (0.34, 0.0), (0.66, 0.0), (0.62, 0.1)], _shade(wood, 0.6))
    for string in (0.45, 0.5, 0.55):
        pen.line([(string + tilt, 0.05), (string, 0.85)], 0.006, LIGHT)
    pen.box(0.33, 0.82, 0.67, 0.86, (60, 40, 28))


def _drum(pen: Pen, style: Style, phase: float) -> None:
    shell = style.body
    pen.box(0.06, 0.36, 0.94, 0.84, shell)
    pen.ellipse(0.06, 0.7, 0.94, 0.98, shell)
    for lace in range(4):
        left = 0.08 + 0.21 * lace
        zigzag = [(left, 0.4), (left + 0.105, 0.86), (left + 0.21, 0.4)]
        pen.line(zigzag, 0.02, LIGHT)
    pen.ellipse(0.04, 0.22, 0.96, 0.5, _shade(shell, 0.55))
    pen.ellipse(0.09, 0.25, 0.91, 0.46, LIGHT)
    beat = 0.1 * abs(math.sin(2 * math.pi * phase))
    pen.line([(0.02, 0.06 - beat / 2), (0.5, 0.33 - beat)], 0.035, (190, 140, 80))
    pen.line([(0.98, 0.02 + beat / 2), (0.58, 0.25 + beat)], 0.035, (190, 140, 80))


def _piano(pen: Pen, style: Style, phase: float) -> None:
    lacquer = _shade(style.body, 0.8)
    pen.round_box(0.02, 0.02, 0.98, 0.46, 0.05, lacquer)
    pen.box(0.25, 0.1, 0.75, 0.34, _shade(lacquer, 1.6))
    pen.box(0.0, 0.4, 1.0, 0.7, lacquer)
    for x in (0.05, 0.87):
        pen.box(x, 0.68, x + 0.08, 1.0, lacquer)
    pen.box(0.04, 0.45, 0.96, 0.66, LIGHT)
    pressed = int(10 * (phase % 1.0))
    for key in range(10):
        left = 0.04 + 0.092 * key
        if key == pressed:
            pen.box(left, 0.45, left + 0.092, 0.66, (205, 205, 215))
        pen.line([(left, 0.45), (left, 0.66)], 0.012, DARK)
        if key % 7 not in (2, 6):
            pen.box(left + 0.06, 0.45, left + 0.12, 0.57, DARK)


def _ball(pen: Pen, style: Style, phase: float) -> None:
    pen.ellipse(0.01, 0.01, 0.99, 0.99, style.body)
    turn = 2 * math.pi * phase
    for slice_ in range(3):
        start = turn + slice_ * 2 * math.pi / 3
        rim = [start + step * math.pi / 15 for step in range(6)]
        wedge = [(0.5 + 0.48 * math.cos(a), 0.5 + 0.48 * math.sin(a)) for a in rim]
        pen.polygon([(0.5, 0.5), *wedge], LIGHT)
    pen.disc((0.5, 0.5), 0.09, style.accent)


def _microphone(pen: Pen, style: Style, phase: float) -> None:
    shake = 0.05 * math.sin(2 * math.pi * phase)
    pen.line([(0.5, 0.36), (0.5, 0.95)], 0.08, (110, 112, 118))
    pen.ellipse(0.08, 0.89, 0.92, 0.99, DARK)
    pen.polygon([(0.18, 0.22), (0.82, 0.22), (0.66, 0.5), (0.34, 0.5)], style.body)
    pen.ellipse(0.05 + shake, 0.0, 0.95 + shake, 0.26, (165, 168, 176))
    for row in (0.07, 0.12, 0.17):
        pen.line([(0.18 + shake, row), (0.82 + shake, row)], 0.01, (95, 98, 106))
    pen.box(0.24, 0.21, 0.76, 0.25, style.accent)


@dataclass(frozen=True)
class Drawing:
    """A figure and the width of its box as a share of its height."""

    figure: Figure
    aspect: float


DRAWINGS: dict[str, Drawing] = {
    "ball": Drawing(_ball, 1.0),
    "bicycle": Drawing(_bicycle, 1.6),
    "bird": Drawing(_bird, 1.2),
    "bus": Drawing(_bus, 1.9),
    "car": Drawing(_car, 2.1),
    "cat": Drawing(_cat, 0.95),
    "dog": Drawing(_dog, 1.25),
    "drum": Drawing(_drum, 1.1),
    "guitar": Drawing(_guitar, 0.42),
    "microphone": Drawing(_microphone, 0.36),
    "person": Drawing(_person, 0.42),
    "piano": Drawing(_piano, 1.3),
    "traffic light": Drawing(_traffic_light, 0.4),
    "tree": Drawing(_tree, 0.75),
}
LABELS: tuple[str, ...] = tuple(DRAWINGS)


def draw(label: str, height: int, style: Style, phase: float) -> Image.Image:
    """The object `label` as an RGBA picture `height` pixels high.

    `phase` (0..1, periodic) is the moment within its movement: a step, a turn of the wheels.
    """
    drawing = DRAWINGS[label]
    pen = Pen(max(2, round(height * drawing.aspect)), max(2, height))
    drawing.figure(pen, style, phase)
    return pen.picture()
