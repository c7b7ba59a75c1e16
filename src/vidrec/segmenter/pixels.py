"""Pictures and masks scaled as torch does it: bilinear, without smoothing where they shrink."""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
# Height and width.
Size = tuple[int, int]

# The network's pyramid needs sides that are whole multiples of this.
STRIDE = 32


def network_size(height: int, width: int, resolution: int) -> Size:
    """The height and width at which a picture is read whose shorter side becomes `resolution`, and
    the longer at most twice that; at least one pixel."""
    scale = min(resolution / min(height, width), 2 * resolution / max(height, width))
    return max(1, math.floor(height * scale)), max(1, math.floor(width * scale))


def padded(size: Size) -> Size:
    """`size` up to multiples of `STRIDE`."""
    height, width = (-(-side // STRIDE) * STRIDE for side in size)
    return height, width


def resize(values: Floats, height: int, width: int) -> Floats:
    """`values`, whose first two axes are height and width, at another size."""
    # Whole rows are copied fastest.
    return _resize_rows(_resize_rows(values, height).swapaxes(0, 1), width).swapaxes(0, 1)


def _resize_rows(values: Floats, count: int) -> Floats:
    if len(values) == count:
        return values
    low, high, share = _neighbours(len(values), count)
    share = share.reshape(-1, *[1] * (values.ndim - 1))
    values = np.ascontiguousarray(values)
    return values[low] * (1 - share) + values[high] * share


def _neighbours(old: int, new: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """For each of `new` places along an axis the two of `old` that it lies between, and how near
    (0..1) to the second."""
    at = (np.arange(new, dtype=np.float32) + np.float32(0.5)) * np.float32(old / new)
    at = np.maximum(at - np.float32(0.5), 0)
    low = np.minimum(at.astype(np.int64), old - 1)
    return low, np.minimum(low + 1, old - 1), at - low.astype(np.float32)


def prepare(frame: NDArray[np.uint8], size: Size, mean: Floats, std: Floats) -> Floats:
    """A frame (height, width, 3) as the network reads it: (1, 3, height, width), `padded`."""
    values = frame.astype(np.float32) / np.float32(255)
    height, width = padded(size)
    picture = np.zeros((1, 3, height, width), np.float32)
    scaled = resize((values - mean) / std, *size)
    picture[0, :, : size[0], : size[1]] = scaled.transpose(2, 0, 1)
    return picture


def paste(probability: Floats, box: Floats, size: Size, threshold: float) -> NDArray[np.bool_]:
    """The mask (height, width) of an object whose box, in pixels of the frame, has this
    `probability` (cells, cells): where it is at least `threshold`."""
    mask = np.zeros(size, np.bool_)
    # One cell more on each side, so that what is at the edge of the box is scaled like the rest.
    probability = np.pad(probability, 1)
    growth = np.float32(len(probability) / (len(probability) - 2))
    half = (box[2:] - box[:2]) * np.float32(0.5) * growth
    centre = (box[2:] + box[:2]) * np.float32(0.5)
    left, top, right, bottom = (int(each) for each in (*(centre - half), *(centre + half)))
    scaled = resize(probability, max(bottom - top + 1, 1), max(right - left + 1, 1))
    rows, columns = slice(max(top, 0), bottom + 1), slice(max(left, 0), right + 1)
    part = mask[rows, columns]
    first_row, first_column = rows.start - top, columns.start - left
    inside = scaled[
        first_row : first_row + part.shape[0], first_column : first_column + part.shape[1]
    ]
    part[:] = inside >= threshold
    return mask
