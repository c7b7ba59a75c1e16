"""Figures that live: people, animals, trees."""

import math

from vidrec.drawing.pen import DARK, LIGHT, Drawing, Pen, Style, shaded


def _person(pen: Pen, style: Style, phase: float) -> None:
    stride = 0.16 * math.sin(2 * math.pi * phase)
    legs = shaded(style.accent, 0.8)
    for side in (-1, 1):
        foot = 0.5 + side * (0.09 + stride)
        pen.line([(0.5 + side * 0.08, 0.55), (foot, 0.97)], 0.11, legs)
        pen.line([(foot - 0.03, 0.975), (foot + 0.14, 0.975)], 0.04, DARK)
        hand = 0.5 + side * (0.28 - 0.6 * stride * side)
        pen.line([(0.5 + side * 0.16, 0.26), (hand, 0.52)], 0.08, shaded(style.body, 0.85))
        pen.disc((hand, 0.53), 0.035, style.skin)
    pen.round_box(0.29, 0.21, 0.71, 0.59, 0.1, style.body)
    pen.box(0.43, 0.16, 0.57, 0.23, style.skin)
    pen.disc((0.5, 0.105), 0.085, style.skin)
    hair = shaded(style.accent, 0.4)
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
            pen.polygon(tier, shaded(green, 0.85 + 0.12 * level))
        return
    for x, y, radius, shade in (
        (0.27, 0.42, 0.19, 0.8),
        (0.73, 0.42, 0.19, 0.9),
        (0.5, 0.24, 0.23, 1.0),
        (0.5, 0.48, 0.2, 0.95),
        (0.36, 0.28, 0.1, 1.15),
    ):
        pen.disc((x + sway, y), radius, shaded(green, shade))


def _cat(pen: Pen, style: Style, phase: float) -> None:
    fur = shaded(style.body, 0.9)
    swing = 0.07 * math.sin(2 * math.pi * phase)
    pen.line([(0.2, 0.85), (0.05, 0.7), (0.1 + swing, 0.42), (0.02 + swing, 0.3)], 0.07, fur)
    pen.ellipse(0.13, 0.42, 0.8, 0.99, fur)
    for x in (0.42, 0.62):
        pen.ellipse(x - 0.08, 0.86, x + 0.1, 1.0, shaded(fur, 1.2))
    for side in (-1, 1):
        base = 0.62 + side * 0.17
        ear = [(base - 0.12, 0.24), (base + side * 0.08, 0.0), (base + 0.12, 0.24)]
        pen.polygon(ear, fur)
        inner = [(base - 0.05, 0.2), (base + side * 0.05, 0.08), (base + 0.05, 0.2)]
        pen.polygon(inner, (235, 160, 160))
    pen.ellipse(0.34, 0.13, 0.9, 0.6, shaded(fur, 1.08))
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
            pen.line([(x, 0.62), (x - 0.02, 0.82)], 0.035, shaded(fur, 0.6))


def _dog(pen: Pen, style: Style, phase: float) -> None:
    fur = shaded(style.body, 0.95)
    step = 0.05 * math.sin(2 * math.pi * phase)
    wag = 0.08 * math.cos(4 * math.pi * phase)
    pen.line([(0.14, 0.48), (0.03, 0.25 + wag)], 0.06, fur)
    for x, shift in ((0.19, step), (0.3, -step), (0.56, step), (0.66, -step)):
        pen.line([(x, 0.62), (x + shift, 0.96)], 0.09, shaded(fur, 0.85))
    pen.round_box(0.1, 0.4, 0.74, 0.74, 0.16, fur)
    pen.polygon([(0.58, 0.55), (0.66, 0.18), (0.82, 0.25), (0.76, 0.62)], fur)
    pen.ellipse(0.6, 0.07, 0.88, 0.42, shaded(fur, 1.1))
    pen.round_box(0.76, 0.22, 0.99, 0.4, 0.08, shaded(fur, 1.15))
    pen.ellipse(0.93, 0.2, 1.0, 0.29, DARK)
    pen.ellipse(0.75, 0.15, 0.8, 0.22, DARK)
    drop = 0.05 * style.proportions[0]
    pen.ellipse(0.58, 0.09, 0.71, 0.46 + drop, shaded(fur, 0.6))
    if style.proportions[1] > 0:
        pen.ellipse(0.28, 0.44, 0.5, 0.62, LIGHT)
    pen.line([(0.62, 0.48), (0.78, 0.52)], 0.04, style.accent)


def _bird(pen: Pen, style: Style, phase: float) -> None:
    lift = 0.3 * math.sin(2 * math.pi * phase)
    feathers = style.body
    pen.polygon([(0.3, 0.52), (0.0, 0.42), (0.03, 0.66)], shaded(feathers, 0.7))
    pen.ellipse(0.2, 0.38, 0.76, 0.74, feathers)
    pen.ellipse(0.32, 0.55, 0.68, 0.74, shaded(feathers, 1.35))
    pen.disc((0.76, 0.4), 0.15, feathers)
    pen.polygon([(0.87, 0.35), (1.0, 0.42), (0.86, 0.48)], (240, 170, 40))
    pen.disc((0.8, 0.37), 0.032, DARK)
    pen.polygon([(0.36, 0.5), (0.62, 0.5), (0.34, 0.38 - lift)], style.accent)
    for x in (0.45, 0.54):
        pen.line([(x, 0.72), (x + 0.02, 0.9)], 0.025, (200, 130, 40))


def _horse(pen: Pen, style: Style, phase: float) -> None:
    coat, mane = style.body, shaded(style.body, 0.45)
    step = 0.07 * math.sin(2 * math.pi * phase)
    pen.line([(0.14, 0.42), (0.04, 0.5), (0.03 + step / 2, 0.74)], 0.07, mane)
    for x, shift in ((0.18, step), (0.27, -step), (0.56, -step), (0.64, step)):
        pen.line([(x, 0.58), (x + shift, 0.8), (x + shift, 0.98)], 0.06, shaded(coat, 0.8))
        pen.line([(x + shift, 0.94), (x + shift, 1.0)], 0.07, DARK)
    pen.ellipse(0.1, 0.37, 0.7, 0.68, coat)
    pen.polygon([(0.5, 0.42), (0.72, 0.08), (0.84, 0.16), (0.7, 0.6)], coat)
    pen.line([(0.5, 0.4), (0.6, 0.22), (0.73, 0.06)], 0.07, mane)
    pen.polygon([(0.7, 0.06), (0.82, 0.08), (1.0, 0.3), (0.93, 0.38), (0.74, 0.27)], coat)
    pen.polygon([(0.7, 0.09), (0.74, 0.0), (0.79, 0.1)], coat)
    pen.disc((0.82, 0.16), 0.02, DARK)
    if style.proportions[0] > 0:
        pen.polygon([(0.3, 0.36), (0.5, 0.36), (0.47, 0.54), (0.33, 0.54)], style.accent)


DRAWINGS: dict[str, Drawing] = {
    "bird": Drawing(_bird, 1.2),
    "cat": Drawing(_cat, 0.95),
    "dog": Drawing(_dog, 1.25),
    "horse": Drawing(_horse, 1.2),
    "person": Drawing(_person, 0.42),
    "tree": Drawing(_tree, 0.75),
}
