"""The frame classifier by OpenVINO, as a CPU runs it."""

import numpy as np
from numpy.typing import NDArray

from vidrec.networks.openvino_runtime import Compiled, Converted


class InOpenVINO:
    """Runs a classifier by OpenVINO, always with as many frames: the last ones of a video then
    have the same result as they have among others."""

    def __init__(self, converted: Converted, precision: str, batch_size: int) -> None:
        self._converted, self._precision, self._batch_size = converted, precision, batch_size
        self._shape: tuple[int, ...] = ()

    def __call__(self, frames: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """Probabilities and features of at most `batch_size` frames."""
        shape = (self._batch_size, *frames.shape[1:])
        if shape != self._shape:
            self._network = Compiled(self._converted, self._precision, shape)
            self._shape = shape
        batch = np.zeros(shape, np.uint8)
        batch[: len(frames)] = frames
        return [found[: len(frames)] for found in self._network(batch)]
