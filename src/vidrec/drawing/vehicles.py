"""Figures of what people ride in and on."""

import math

from vidrec.drawing.pen import DARK, GLASS, LIGHT, Drawing, Pen, Point, Style, shaded


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
    pen.polygon(cabin, shaded(style.body, 0.85))
    pen.polygon([(0.23, 0.47), (0.32, roof + 0.09), (0.46, roof + 0.09), (0.46, 0.47)], GLASS)
    right = 0.61 + front
    pen.polygon([(0.5, 0.47), (0.5, roof + 0.09), (right, roof + 0.09), (right + 0.1, 0.47)], GLASS)
    pen.round_box(0.01, 0.44, 0.99, 0.82, 0.14, style.body)
    pen.box(0.02, 0.68, 0.98, 0.74, shaded(style.body, 0.7))
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
    pen.box(0.81, 0.16, 0.93, 0.84, shaded(GLASS, 0.8))
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


def _train(pen: Pen, style: Style, phase: float) -> None:
    boiler, long = style.body, 0.05 * style.proportions[0]
    puff = 0.03 * math.sin(2 * math.pi * phase)
    for x, y, radius in ((0.72, 0.13, 0.08), (0.6, 0.09 + puff, 0.1), (0.47, 0.08 - puff, 0.07)):
        pen.disc((x, y), radius, (225, 226, 230))
    pen.box(0.75, 0.2, 0.83, 0.42, DARK)
    pen.round_box(0.3 + long, 0.38, 0.95, 0.72, 0.1, boiler)
    pen.box(0.02, 0.18, 0.36 + long, 0.74, shaded(boiler, 0.8))
    pen.box(0.0, 0.14, 0.39 + long, 0.21, style.accent)
    pen.box(0.08, 0.28, 0.29 + long, 0.47, GLASS)
    for x in (0.5, 0.64):
        pen.box(x, 0.38, x + 0.03, 0.72, style.accent)
    pen.polygon([(0.88, 0.72), (1.0, 0.97), (0.82, 0.97)], DARK)
    pen.box(0.02, 0.72, 0.92, 0.79, DARK)
    for x in (0.14, 0.34, 0.54, 0.74):
        _wheel(pen, (x, 0.85), 0.14, phase)
    angle = 2 * math.pi * phase
    rod = 0.85 + 0.05 * math.sin(angle)
    pen.line([(0.14, rod), (0.74, rod)], 0.03, (200, 60, 50))


def _airplane(pen: Pen, style: Style, phase: float) -> None:
    hull, wing = style.body, shaded(style.body, 0.7)
    pen.polygon([(0.36, 0.5), (0.56, 0.5), (0.46, 0.02), (0.38, 0.02)], wing)
    pen.polygon([(0.02, 0.08), (0.13, 0.08), (0.26, 0.48), (0.06, 0.48)], style.accent)
    pen.round_box(0.04, 0.4, 0.97, 0.66, 0.13, hull)
    pen.polygon([(0.04, 0.45), (0.0, 0.36), (0.2, 0.45)], hull)
    pen.polygon([(0.86, 0.43), (0.93, 0.45), (0.96, 0.51), (0.86, 0.51)], GLASS)
    for window in range(7):
        pen.disc((0.26 + 0.08 * window, 0.48), 0.025, DARK)
    sweep = 0.04 * style.proportions[0]
    pen.polygon([(0.4, 0.58), (0.66, 0.58), (0.36 + sweep, 0.99), (0.26 + sweep, 0.99)], wing)
    pen.round_box(0.46, 0.7, 0.64, 0.84, 0.06, DARK)
    blink = int(2 * (phase % 1.0))
    pen.disc((0.31 + sweep, 0.97), 0.03, ((235, 50, 40), (60, 210, 90))[blink])


def _boat(pen: Pen, style: Style, phase: float) -> None:
    swell = 0.02 * math.sin(2 * math.pi * phase)
    belly = 0.06 * style.proportions[0]
    mast = 0.48
    pen.line([(mast, 0.02), (mast, 0.76)], 0.03, (90, 62, 40))
    pen.polygon([(mast + 0.03, 0.04), (0.94 + belly / 2, 0.66), (mast + 0.03, 0.66)], LIGHT)
    pen.polygon([(mast - 0.03, 0.12), (mast - 0.03, 0.66), (0.1 - belly, 0.66)], style.accent)
    pen.polygon([(mast, 0.0), (mast + 0.16, 0.04 + swell), (mast, 0.08)], (215, 40, 45))
    pen.polygon([(0.0, 0.72), (1.0, 0.72), (0.84, 0.98), (0.15, 0.98)], style.body)
    pen.polygon([(0.0, 0.72), (1.0, 0.72), (0.96, 0.79), (0.04, 0.79)], shaded(style.body, 0.6))


DRAWINGS: dict[str, Drawing] = {
    "airplane": Drawing(_airplane, 1.9),
    "bicycle": Drawing(_bicycle, 1.6),
    "boat": Drawing(_boat, 0.95),
    "bus": Drawing(_bus, 1.9),
    "car": Drawing(_car, 2.1),
    "train": Drawing(_train, 1.7),
}
