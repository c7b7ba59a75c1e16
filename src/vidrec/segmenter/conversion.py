"""The object segmenter in OpenVINO's form, which a project keeps once it is made."""

import dataclasses
import sys
from functools import partial
from pathlib import Path

from vidrec.networks.openvino_runtime import Converted, store
from vidrec.networks.weights import Card
from vidrec.segmenter.pixels import Size, padded
from vidrec.settings.segment_objects import SegmenterSettings

# Of `networks.mask_rcnn_parts`, which loads torch.
PARTS = ("trunk", "boxes", "masks")


def converted(
    folder: Path, project: Path, card: Card, settings: SegmenterSettings, size: Size
) -> dict[str, Converted]:
    """The parts of the segmenter of `card`, whose weights lie in `folder`, for pictures of a height
    and width `size`; made where `project` has none."""
    resolution = settings.read_at(card.input_size)
    this = sys.modules[__name__]
    kept = store([this], [dataclasses.asdict(card), resolution, size], project)
    found = {name: kept.load(kept.key(name)) for name in PARTS}
    ready = {name: part for name, part in found.items() if part is not None}
    if len(ready) == len(PARTS):
        return ready
    made = _make(folder, settings, size)
    return {name: kept.make(kept.key(name), partial(made.__getitem__, name)) for name in PARTS}


def _make(folder: Path, settings: SegmenterSettings, size: Size) -> dict[str, Converted]:
    # Loads torch, which takes seconds.
    from vidrec.networks.mask_rcnn_parts import convert_parts
    from vidrec.segmenter.torch_finder import load_network

    return convert_parts(load_network(folder, settings), size, padded(size))
