"""Mask R-CNN in OpenVINO: its three parts converted, and what is between them in numpy."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from vidrec.networks.openvino_runtime import Compiled, Converted
from vidrec.networks.weights import Card
from vidrec.segmenter.found import MASK_THRESHOLD, Found
from vidrec.segmenter.pixels import Floats, Size, network_size, padded, paste, prepare
from vidrec.segmenter.regions import detect, propose
from vidrec.settings.segment_objects import SegmenterSettings

# Levels of the pyramid that regions are read from, as in `mask_rcnn_parts`, which loads torch.
LEVELS = 4


class Parts:
    """The parts of the network, ready for pictures of one size."""

    def __init__(self, parts: Mapping[str, Converted], size: Size, precision: str) -> None:
        self.size = size
        self.trunk = Compiled(parts["trunk"], precision, (1, 3, *padded(size)))
        pyramid = [tuple(each.shape) for each in self.trunk.model.outputs[:LEVELS]]
        self.boxes = Compiled(parts["boxes"], precision, *pyramid, (-1, 4))
        self.masks = Compiled(parts["masks"], precision, *pyramid, (-1, 4), (-1,))


class OpenvinoFinder:
    """Finds objects with a converted network.

    `convert` gives the parts for pictures of a height and width.
    """

    def __init__(
        self,
        convert: Callable[[Size], Mapping[str, Converted]],
        card: Card,
        settings: SegmenterSettings,
        precision: str,
    ) -> None:
        self._convert, self._settings, self._precision = convert, settings, precision
        self._resolution = settings.read_at(card.input_size)
        self._mean = np.array(card.mean, np.float32)
        self._std = np.array(card.std, np.float32)
        self._parts: Parts | None = None

    def find(self, frame: NDArray[np.uint8]) -> Found:
        """The objects in a frame (height, width, 3)."""
        height, width = frame.shape[:2]
        parts = self._parts_for(network_size(height, width, self._resolution))
        *pyramid, sure, offsets, anchors, level = parts.trunk(
            prepare(frame, parts.size, self._mean, self._std)
        )
        regions = propose(sure, offsets, anchors, level, parts.size, self._settings.proposals)
        if not len(regions):
            return _nothing()
        logits, moves = parts.boxes(*pyramid, regions)
        limits = self._settings.threshold, self._settings.detections
        boxes, labels, scores = detect(logits, moves, regions, parts.size, *limits)
        if not len(boxes):
            return _nothing()
        (cells,) = parts.masks(*pyramid, boxes, labels)
        scale = np.array([width, height], np.float32) / np.array(parts.size[::-1], np.float32)
        return Found(labels, scores, _pasted(cells, boxes * np.tile(scale, 2), (height, width)))

    def _parts_for(self, size: Size) -> Parts:
        if self._parts is None or self._parts.size != size:
            self._parts = Parts(self._convert(size), size, self._precision)
        return self._parts


def _nothing() -> Found:
    return Found(np.zeros(0, np.int64), np.zeros(0, np.float32), [])


def _pasted(cells: Floats, boxes: Floats, size: Size) -> Iterator[NDArray[np.bool_]]:
    for each, box in zip(cells, boxes, strict=True):
        yield paste(each, box, size, MASK_THRESHOLD)
