"""Mask R-CNN in three parts, each of them without a choice to make: what OpenVINO converts.

Which regions are looked at, and which objects are found in them, is decided between the parts, by
`segmenter.regions`: in fp32, whatever the parts compute in.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.rpn import concat_box_prediction_layers

from vidrec.networks.openvino_runtime import Converted, convert

# Levels of the pyramid that regions are read from. One more, the smallest, only proposes some.
LEVELS = 4
# What the heads are shown while they are converted: on every level one.
BOXES = [[0.0, 0.0, side, side] for side in (16.0, 112.0, 224.0, 448.0)]


class Trunk(nn.Module):
    """Backbone, pyramid and the head of the region proposal network."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.backbone, self.head = network.backbone, network.rpn.head
        self.anchors = network.rpn.anchor_generator

    def forward(self, picture: Tensor) -> tuple[Tensor, ...]:
        """Of a picture (1, 3, height, width) the features of each of the `LEVELS`, then for each
        anchor how sure it is of an object (logits), four offsets to it, the anchor's corners, and
        its level."""
        pyramid = list(self.backbone(picture).values())
        sure, offsets = self.head(pyramid)
        (anchors,) = self.anchors(ImageList(picture, [(0, 0)]), pyramid)
        level = [torch.full((each.numel(),), index) for index, each in enumerate(sure)]
        sure, offsets = concat_box_prediction_layers(sure, offsets)
        return (*pyramid[:LEVELS], sure.flatten(), offsets, anchors, torch.cat(level))


class RegionReader(nn.Module):
    """What the pyramid has in regions of a picture whose height and width is `size`."""

    def __init__(self, pool: nn.Module, size: tuple[int, int]) -> None:
        super().__init__()
        self.pool, self.size = pool, size

    def forward(self, pyramid: tuple[Tensor, ...], boxes: Tensor) -> Tensor:
        """(regions, channels, cells, cells) for boxes (regions, 4)."""
        named = {str(level): features for level, features in enumerate(pyramid)}
        features: Tensor = self.pool(named, [boxes], [self.size])
        return features


class BoxHead(nn.Module):
    """What is in each region, and where exactly."""

    def __init__(self, network: Any, size: tuple[int, int]) -> None:
        super().__init__()
        heads = network.roi_heads
        self.read = RegionReader(heads.box_roi_pool, size)
        self.head, self.predictor = heads.box_head, heads.box_predictor

    def forward(
        self, p2: Tensor, p3: Tensor, p4: Tensor, p5: Tensor, boxes: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The logits of the classes (regions, classes), and offsets (regions, 4 * classes)."""
        scores, offsets = self.predictor(self.head(self.read((p2, p3, p4, p5), boxes)))
        return scores, offsets


class MaskHead(nn.Module):
    """The shape of what is in each box."""

    def __init__(self, network: Any, size: tuple[int, int]) -> None:
        super().__init__()
        heads = network.roi_heads
        self.read = RegionReader(heads.mask_roi_pool, size)
        self.head, self.predictor = heads.mask_head, heads.mask_predictor

    def forward(
        self, p2: Tensor, p3: Tensor, p4: Tensor, p5: Tensor, boxes: Tensor, labels: Tensor
    ) -> Tensor:
        """The probability (objects, cells, cells) that a cell of a box is of its object."""
        logits = self.predictor(self.head(self.read((p2, p3, p4, p5), boxes)))
        own: Tensor = logits[torch.arange(labels.shape[0]), labels]
        return own.sigmoid()


def convert_parts(
    network: nn.Module, size: tuple[int, int], padded: tuple[int, int]
) -> dict[str, Converted]:
    """The three parts of `network`, by name, in OpenVINO's form.

    They are for pictures whose height and width is `size`, `padded` with zeros, and for any number
    of boxes.
    """
    trunk, picture = Trunk(network).eval(), torch.zeros(1, 3, *padded)
    with torch.inference_mode():
        pyramid = trunk(picture)[:LEVELS]
    boxes, labels = torch.tensor(BOXES), torch.zeros(len(BOXES), dtype=torch.int64)
    return {
        "trunk": convert(trunk, (picture,)),
        "boxes": convert(BoxHead(network, size).eval(), (*pyramid, boxes)),
        "masks": convert(MaskHead(network, size).eval(), (*pyramid, boxes, labels)),
    }
