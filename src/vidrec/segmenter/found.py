"""What a network finds in one picture."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

# A pixel belongs to an object where its mask probability is at least this (Mask R-CNN, 3.1).
MASK_THRESHOLD = 0.5


@dataclass(frozen=True)
class Found:
    """The objects in one picture, the surest first: class numbers and scores (0..1)."""

    labels: NDArray[np.int64]
    scores: NDArray[np.float32]
    # For each object in turn (height, width), made when it is asked for.
    masks: Iterable[NDArray[np.bool_]]


class Finder(Protocol):
    """A network that finds objects."""

    def find(self, frame: NDArray[np.uint8]) -> Found:
        """The objects in a frame (height, width, 3)."""
