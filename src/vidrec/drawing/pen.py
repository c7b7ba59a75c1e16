"""The pen that figures are drawn with, and the style that one instance of an object has.

All figures are drawn in unit coordinates: x to the right and y down, both 0..1 over the box of the
figure.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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


def shaded(color: Color, factor: float) -> Color:
    """`color` darker (a factor below 1) or lighter (above)."""
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


@dataclass(frozen=True)
class Drawing:
    """A figure and the width of its box as a share of its height."""

    figure: Figure
    aspect: float
