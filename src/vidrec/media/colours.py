"""Colours of a video as a player shows them: matrix and range, wide gamut, and HDR.

What needs more than the matrix goes through a table of colours (a `.cube` file for ffmpeg's filter
`lut3d`), made here: so it is the same with every ffmpeg, and one look-up for each pixel.
"""

import functools
from collections.abc import Callable

import numpy as np

from vidrec.media.streams import UNKNOWN, Stream
from vidrec.workflow.arrays import FloatArray

# From this width or height on, pixels, an untagged video is taken for HD: its matrix is BT.709's.
HD_WIDTH, HD_LINES = 1280, 720
HLG, PQ = "arib-std-b67", "smpte2084"
# To BT.709's primaries, linear light: rows R, G, B. From BT.2020 (ITU-R BT.2087, table 2 inverted)
# and from Display P3, which shares the white.
TO_BT709 = {
    "bt2020": ((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187)),
    "smpte432": ((1.2249, -0.2247, 0.0), (-0.0420, 1.0419, 0.0), (-0.0197, -0.0786, 1.0979)),
}
# Nits of a white page in HDR video (ITU-R BT.2408), and of the display HLG is made for (BT.2100).
WHITE_NITS = 203.0
HLG_PEAK_NITS = 1000.0
# From this share of white on highlights are rolled off; below nothing changes.
KNEE = 0.8
# Points of a table along each axis.
SIDE = 65


def matrix_of(stream: Stream) -> str:
    """The matrix to read a stream's pixels by, for the option `in_color_matrix` of `scale`."""
    if stream.matrix != UNKNOWN:
        return "auto"
    if stream.transfer in (HLG, PQ):
        return "bt2020"
    return "bt709" if stream.height >= HD_LINES or stream.width >= HD_WIDTH else "auto"


def needs_table(stream: Stream) -> bool:
    """Whether the stream's colours are HDR, or of a wider gamut than a JPEG's."""
    return stream.transfer in (HLG, PQ) or stream.primaries in TO_BT709


@functools.cache
def cube(transfer: str, primaries: str) -> str:
    """The table from the colours of a stream to those of a JPEG (sRGB), as a `.cube` file.

    HDR without a tag of primaries is BT.2020.
    """
    steps = np.linspace(0, 1, SIDE)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    signal = np.stack([red, green, blue], axis=-1).reshape(-1, 3)
    mapped = _mapped(signal, transfer, primaries)
    lines = "\n".join("{:.5f} {:.5f} {:.5f}".format(*row) for row in mapped.tolist())
    return f"LUT_3D_SIZE {SIDE}\n{lines}\n"


def _mapped(signal: FloatArray, transfer: str, primaries: str) -> FloatArray:
    """Colours (…, 3) in 0..1 as a display of standard range shows them; what it cannot show is
    below 0 or above 1, which the filter cuts off."""
    matrix = np.array(TO_BT709.get(primaries, TO_BT709["bt2020"]))
    if transfer not in (HLG, PQ):
        # Both ends have the same curve (ITU-R BT.1886).
        return _odd(lambda light: light ** (1 / 2.4), signal**2.4 @ matrix.T)
    light = (_hlg(signal) if transfer == HLG else _pq(signal)) / WHITE_NITS
    return _odd(lambda each: _srgb(_rolled_off(each)), light @ matrix.T)


def _odd(curve: Callable[[FloatArray], FloatArray], light: FloatArray) -> FloatArray:
    """`curve` of light, and of light below zero, which is outside the gamut, the same downwards:
    cut off at zero, what is interpolated between the points of a table would be wrong there."""
    return np.sign(light) * curve(np.abs(light))


def _hlg(signal: FloatArray) -> FloatArray:
    """Nits of an HLG signal on a display of HLG_PEAK_NITS (ITU-R BT.2100, table 5)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    luminance = scene @ np.array([0.2627, 0.6780, 0.0593])
    return np.asarray(HLG_PEAK_NITS * luminance[..., None] ** 0.2 * scene)


def _pq(signal: FloatArray) -> FloatArray:
    """Nits of a PQ signal (ITU-R BT.2100, table 4)."""
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    power = signal ** (1 / m2)
    return np.asarray(10000 * (np.clip(power - c1, 0, None) / (c2 - c3 * power)) ** (1 / m1))


def _rolled_off(light: FloatArray) -> FloatArray:
    """Light, 1 for white, below 1: straight up to KNEE, then ever flatter (E. Reinhard, 2002)."""
    over = np.clip(light - KNEE, 0, None) / (1 - KNEE)
    return np.where(light <= KNEE, light, KNEE + (1 - KNEE) * over / (1 + over))


def _srgb(light: FloatArray) -> FloatArray:
    """Light in 0..1 by the curve of sRGB (IEC 61966-2-1)."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
