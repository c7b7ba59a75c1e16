"""Figures of things: instruments, and what lies about a house."""

import math

from vidrec.drawing.pen import DARK, LIGHT, Drawing, Pen, Style, shaded


def _guitar(pen: Pen, style: Style, phase: float) -> None:
    wood = style.body
    tilt = 0.01 * math.sin(2 * math.pi * phase)
    pen.ellipse(0.02, 0.56, 0.98, 0.99, wood)
    pen.ellipse(0.12, 0.38, 0.88, 0.72, wood)
    pen.ellipse(0.3, 0.52, 0.7, 0.69, DARK)
    pen.box(0.42 + tilt, 0.1, 0.58 + tilt, 0.58, (70, 45, 30))
    pen.polygon([(0.38, 0.1), (0.34, 0.0), (0.66, 0.0), (0.62, 0.1)], shaded(wood, 0.6))
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
    pen.ellipse(0.04, 0.22, 0.96, 0.5, shaded(shell, 0.55))
    pen.ellipse(0.09, 0.25, 0.91, 0.46, LIGHT)
    beat = 0.1 * abs(math.sin(2 * math.pi * phase))
    pen.line([(0.02, 0.06 - beat / 2), (0.5, 0.33 - beat)], 0.035, (190, 140, 80))
    pen.line([(0.98, 0.02 + beat / 2), (0.58, 0.25 + beat)], 0.035, (190, 140, 80))


def _piano(pen: Pen, style: Style, phase: float) -> None:
    lacquer = shaded(style.body, 0.8)
    pen.round_box(0.02, 0.02, 0.98, 0.46, 0.05, lacquer)
    pen.box(0.25, 0.1, 0.75, 0.34, shaded(lacquer, 1.6))
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


def _traffic_light(pen: Pen, style: Style, phase: float) -> None:
    pen.box(0.44, 0.6, 0.56, 1.0, (90, 92, 96))
    pen.round_box(0.14, 0.01, 0.86, 0.68, 0.12, style.body)
    lit = int(3 * (phase % 1.0))
    for lamp, color in enumerate(((235, 50, 40), (245, 190, 40), (50, 205, 80))):
        shown = color if lamp == lit else shaded(color, 0.3)
        pen.disc((0.5, 0.125 + 0.215 * lamp), 0.09, shown)


def _chair(pen: Pen, style: Style, phase: float) -> None:
    wood, seat = style.body, shaded(style.body, 1.2)
    lean = 0.04 * style.proportions[0]
    sway = 0.01 * math.sin(2 * math.pi * phase)
    for x in (0.3, 0.9):
        pen.line([(x, 0.58), (x + 0.02, 0.9)], 0.05, shaded(wood, 0.6))
    for x in (0.08, 0.72):
        pen.line([(x + lean + sway, 0.02), (x, 0.58)], 0.06, wood)
        pen.line([(x, 0.58), (x, 0.99)], 0.07, wood)
    for y in (0.08, 0.22, 0.36):
        pen.line([(0.08 + lean + sway, y), (0.72 + lean + sway, y)], 0.06, shaded(wood, 0.85))
    pen.polygon([(0.02, 0.62), (0.22, 0.5), (0.98, 0.5), (0.82, 0.62)], seat)
    pen.polygon(
        [(0.02, 0.62), (0.82, 0.62), (0.98, 0.5), (0.98, 0.56), (0.82, 0.69), (0.02, 0.69)], wood
    )


def _clock(pen: Pen, style: Style, phase: float) -> None:
    case = style.body
    for x in (0.2, 0.8):
        pen.line([(0.5 + 0.7 * (x - 0.5), 0.8), (x, 0.98)], 0.08, shaded(case, 0.6))
        pen.disc((x, 0.16), 0.15, style.accent)
    pen.line([(0.5, 0.02), (0.5, 0.2)], 0.06, shaded(case, 0.6))
    pen.disc((0.5, 0.54), 0.4, case)
    pen.disc((0.5, 0.54), 0.31, LIGHT)
    for hour in range(12):
        angle = math.pi * hour / 6
        mark = (0.5 + 0.26 * math.cos(angle), 0.54 + 0.26 * math.sin(angle))
        pen.disc(mark, 0.018, DARK)
    for length, width, speed in ((0.24, 0.035, 1), (0.16, 0.05, 0)):
        angle = math.pi * style.proportions[speed] + 2 * math.pi * phase * speed
        tip = (0.5 + length * math.cos(angle), 0.54 + length * math.sin(angle))
        pen.line([(0.5, 0.54), tip], width, DARK)


def _cup(pen: Pen, style: Style, phase: float) -> None:
    china = shaded(style.body, 1.1)
    rise = 0.03 * math.sin(2 * math.pi * phase)
    for x in (0.3, 0.5):
        steam = [(x, 0.24), (x + 0.04 + rise, 0.16), (x - 0.02 - rise, 0.1), (x + 0.03, 0.0)]
        pen.line(steam, 0.035, (232, 234, 238))
    pen.ring((0.76, 0.52), 0.19, 0.07, china)
    foot = 0.04 * style.proportions[0]
    pen.polygon([(0.05, 0.3), (0.78, 0.3), (0.66 + foot, 0.86), (0.17 - foot, 0.86)], china)
    pen.ellipse(0.05, 0.23, 0.78, 0.38, shaded(china, 0.8))
    pen.ellipse(0.1, 0.26, 0.73, 0.36, (72, 44, 28))
    pen.polygon([(0.09, 0.5), (0.74, 0.5), (0.71, 0.64), (0.12, 0.64)], style.accent)
    pen.ellipse(0.0, 0.82, 0.84, 0.99, shaded(china, 0.75))


def _umbrella(pen: Pen, style: Style, phase: float) -> None:
    cloth, sway = style.body, 0.02 * math.sin(2 * math.pi * phase)
    pen.line([(0.5, 0.02), (0.5 + sway, 0.9)], 0.04, DARK)
    hook = [(0.5 + sway, 0.88), (0.52 + sway, 0.96), (0.6 + sway, 0.97), (0.64 + sway, 0.89)]
    pen.line(hook, 0.045, (120, 75, 40))
    edge = 0.52
    arch = [math.pi * step / 16 for step in range(17)]
    dome = [(0.5 - 0.49 * math.cos(a), edge - 0.45 * math.sin(a)) for a in arch]
    pen.polygon(dome, cloth)
    stripe = [(0.5 - 0.17 * math.cos(a), edge - 0.45 * math.sin(a)) for a in arch]
    pen.polygon(stripe, style.accent if style.proportions[0] > 0 else shaded(cloth, 1.3))
    for rib in range(3):
        x = 0.01 + 0.327 * rib
        lobe = [
            (x + 0.327 * step / 8, edge + 0.01 - 0.08 * math.sin(math.pi * step / 8))
            for step in range(9)
        ]
        pen.polygon([*lobe, (x + 0.327, edge + 0.04), (x, edge + 0.04)], shaded(cloth, 0.6))


DRAWINGS: dict[str, Drawing] = {
    "ball": Drawing(_ball, 1.0),
    "chair": Drawing(_chair, 0.7),
    "clock": Drawing(_clock, 0.9),
    "cup": Drawing(_cup, 0.95),
    "drum": Drawing(_drum, 1.1),
    "guitar": Drawing(_guitar, 0.42),
    "microphone": Drawing(_microphone, 0.36),
    "piano": Drawing(_piano, 1.3),
    "traffic light": Drawing(_traffic_light, 0.4),
    "umbrella": Drawing(_umbrella, 1.0),
}
