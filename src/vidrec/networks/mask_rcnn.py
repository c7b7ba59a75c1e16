"""Mask R-CNN (He et al., 2017): torchvision's two, by name, and the sample's slim one.

torchvision's are made for 90 classes in pictures 800 pixels high. For 14 drawn objects in pictures
of 128, half the channels and anchors of the pictures' own size learn more from each picture and
take half the time. Two more differences help where examples are few: one box for all classes,
learnt from every object, and in the mask head group normalization, which does not depend on what
other regions are in the batch (Wu and He, 2018).
"""

from functools import partial
from typing import Any

import torchvision
from torch import Tensor, nn
from torchvision.models import resnet50
from torchvision.models.detection import MaskRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.faster_rcnn import TwoMLPHead
from torchvision.models.detection.mask_rcnn import MaskRCNNHeads, MaskRCNNPredictor
from torchvision.models.detection.rpn import RPNHead

# The tensor with one row for each class, the background among them.
SCORES = "roi_heads.box_predictor.cls_score.weight"
# The sample's.
SLIM = "slim_mask_rcnn"

CHANNELS = 128
BOX_FEATURES = 512
MASK_LAYERS = (128, 128)
GROUPS = 16
# Per side of a region, as the box head reads it.
BOX_CELLS = 7
# Side of the anchors of each level of the pyramid, as a share of the picture's side.
ANCHOR_SHARES = (1 / 8, 1 / 4, 1 / 2, 3 / 4, 1)
ANCHOR_RATIOS = (0.5, 1.0, 2.0)
TRUNK_CHANNELS = {"layer1": 256, "layer2": 512, "layer3": 1024, "layer4": 2048}


def build_segmenter(
    arch: str,
    num_classes: int,
    *,
    resolution: int,
    proposals: int,
    threshold: float,
    detections: int,
    regions: int = 512,
    positives: float = 0.25,
) -> nn.Module:
    """The Mask R-CNN `arch`, one of `SEGMENTERS` or `SLIM`, untrained.

    `num_classes` counts the background. `resolution` is the length in pixels to which the shorter
    side of a picture is scaled; `regions` are learnt from per picture in training, at most a share
    `positives` of them on an object, and those with its mask.
    """
    limits = {
        "max_size": 2 * resolution,
        "rpn_pre_nms_top_n_train": 4 * proposals,
        "rpn_pre_nms_top_n_test": 4 * proposals,
        "rpn_post_nms_top_n_train": 2 * proposals,
        "rpn_post_nms_top_n_test": proposals,
        "box_score_thresh": threshold,
        "box_detections_per_img": detections,
        "box_batch_size_per_image": regions,
        "box_positive_fraction": positives,
    }
    if arch == SLIM:
        return _build_slim(num_classes, resolution, **limits)
    network: nn.Module = torchvision.models.get_model(
        arch,
        weights=None,
        weights_backbone=None,
        num_classes=num_classes,
        min_size=resolution,
        **limits,
    )
    return network


def decode_in_fp32(network: nn.Module) -> nn.Module:
    """`network`, its boxes made in fp32 from what it computes in half precision: with the 8 bits of
    bf16 a corner at 400 pixels is off by one."""
    for name in ("rpn.head", "roi_heads.box_predictor"):
        network.get_submodule(name).register_forward_hook(_to_fp32)
    return network


def _to_fp32(_: nn.Module, __: Any, output: Any) -> Any:
    """Tensors, or lists of them, in fp32."""
    if isinstance(output, Tensor):
        return output.float()
    return type(output)(_to_fp32(_, __, each) for each in output)


class BoxPredictor(nn.Module):
    """Scores of the classes, and one box, the same for each of them."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.cls_score = nn.Linear(BOX_FEATURES, num_classes)
        self.bbox_pred = nn.Linear(BOX_FEATURES, 4)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Scores (regions, classes) and box offsets (regions, 4 * classes), as torchvision's."""
        scores: Tensor = self.cls_score(features)
        return scores, self.bbox_pred(features).repeat(1, scores.shape[1])


def _build_slim(num_classes: int, resolution: int, **limits: Any) -> nn.Module:
    """The network, untrained, for pictures `resolution` pixels high; `num_classes` counts the
    background. `limits` are further arguments of torchvision's MaskRCNN."""
    pyramid = BackboneWithFPN(
        resnet50(weights=None),
        {name: str(level) for level, name in enumerate(TRUNK_CHANNELS)},
        list(TRUNK_CHANNELS.values()),
        CHANNELS,
        norm_layer=nn.BatchNorm2d,
    )
    groups = partial(nn.GroupNorm, GROUPS)
    sizes = tuple((round(share * resolution),) for share in ANCHOR_SHARES)
    network: nn.Module = MaskRCNN(
        pyramid,
        min_size=resolution,
        rpn_anchor_generator=AnchorGenerator(sizes, (ANCHOR_RATIOS,) * len(sizes)),
        rpn_head=RPNHead(CHANNELS, len(ANCHOR_RATIOS)),
        box_head=TwoMLPHead(CHANNELS * BOX_CELLS**2, BOX_FEATURES),
        box_predictor=BoxPredictor(num_classes),
        mask_head=MaskRCNNHeads(CHANNELS, MASK_LAYERS, dilation=1, norm_layer=groups),
        mask_predictor=MaskRCNNPredictor(MASK_LAYERS[-1], MASK_LAYERS[-1], num_classes),
        **limits,
    )
    return network
