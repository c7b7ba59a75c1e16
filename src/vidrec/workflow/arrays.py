"""Short names for arrays of numbers by their type, and what those of a file are to be."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

# Of an array: dimensions, and the kind of its numbers, as numpy has it.
Kind = tuple[int, str]


def check_kinds(arrays: Mapping[str, NDArray[Any]], wanted: Mapping[str, Kind]) -> None:
    """Raise ValueError unless there are the `wanted` arrays, each of its kind."""
    if {name: (each.ndim, each.dtype.kind) for name, each in arrays.items()} != wanted:
        raise ValueError("its arrays are of other kinds")
