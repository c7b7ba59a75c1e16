"""Trains the sample's Mask R-CNN on rendered stills, from the trunk that the classifier learnt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR
from torchvision.ops import masks_to_boxes
from tqdm import tqdm

from vidrec.drawing.objects import LABELS
from vidrec.drawing.stills import render_still
from vidrec.networks import weights
from vidrec.networks.compute import autocast, device
from vidrec.networks.mask_rcnn import SLIM, build_segmenter
from vidrec.settings.prepare_segmenter import SegmenterTraining
from vidrec.workflow.parallel import map_items

LEARNING_LAYERS = ("layer3", "layer4")

MAX_OBJECTS = 3
# Learnt from per picture, and the share of them on an object. torchvision's 512, a quarter of them
# on an object, are for pictures of twenty times the area; boxes and masks are what is hard here,
# and only regions on an object teach those.
REGIONS, POSITIVES = 24, 0.5
# Kept per picture at inference; training sees twice as many.
PROPOSALS = 150


@dataclass(frozen=True)
class Example:
    """A still's pixels (size, size, 3), its objects' class numbers and masks (n, size, size)."""

    pixels: NDArray[np.uint8]
    classes: list[int]
    masks: NDArray[np.bool_]


def train(trunk: Mapping[str, Tensor], training: SegmenterTraining) -> nn.Module:
    """A segmenter trained from the tensors of a ResNet50 classifier.

    The caller has seeded torch and fixed its threads. Batch norm stays as the trunk brings it.
    """
    one = partial(render_example, training.seed, training.resolution)
    examples = list(map_items(one, range(training.stills), title="render stills", unit="still"))
    network = build_segmenter(
        SLIM,
        len(LABELS) + 1,
        resolution=training.resolution,
        proposals=PROPOSALS,
        threshold=0.05,
        detections=20,
        regions=REGIONS,
        positives=POSITIVES,
    )
    body = {name: value for name, value in trunk.items() if not name.startswith("fc.")}
    backbone = network.get_submodule("backbone.body")
    weights.load_into(backbone, body, "the classifier's trunk")
    network.train().to(device()).to(memory_format=torch.channels_last)
    _freeze(backbone)
    for name in ("roi_heads.box_roi_pool", "roi_heads.mask_roi_pool"):
        # One sample per bin instead of four: on a CPU the gradient of RoIAlign runs in one thread.
        pool: Any = network.get_submodule(name)
        pool.sampling_ratio = 1
    learning = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = AdamW(learning, training.learning_rate, weight_decay=0.01, fused=True)
    schedule = OneCycleLR(optimizer, training.learning_rate, training.steps + 1, pct_start=0.15)
    batches = draw_batches(examples, training)
    for batch in tqdm(
        batches, total=training.steps, desc="train segmenter", unit="step", disable=None
    ):
        with autocast(training.precision):
            losses = network(*batch)
            loss = torch.stack([value.float() for value in losses.values()]).sum()
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(learning, 5.0)
        optimizer.step()
        schedule.step()
    return network.eval().cpu()


def _freeze(trunk: nn.Module) -> None:
    """Keep the trunk's batch norm and its first layers, which see edges and textures, as they are:
    what torchvision does too (`trainable_backbone_layers`), and most of the backward pass saved."""
    for module in trunk.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
    for name, parameter in trunk.named_parameters():
        if not name.startswith(LEARNING_LAYERS):
            parameter.requires_grad_(False)


def render_example(seed: int, size: int, index: int) -> Example:
    """Still number `index` with the masks of its objects."""
    still = render_still("segmenter", seed, index, size, MAX_OBJECTS)
    return Example(
        np.asarray(still.picture),
        [LABELS.index(item.label) + 1 for item in still.objects],
        np.stack([item.mask for item in still.objects]),
    )


def draw_batches(
    examples: list[Example], training: SegmenterTraining
) -> Iterator[tuple[list[Tensor], list[dict[str, Tensor]]]]:
    """`steps` batches of pictures and targets; every one once before any comes again."""
    generator = torch.Generator().manual_seed(training.seed)
    queue: list[int] = []
    for _ in range(training.steps):
        while len(queue) < training.batch_size:
            queue += torch.randperm(len(examples), generator=generator).tolist()
        chosen, queue = queue[: training.batch_size], queue[training.batch_size :]
        mirror = (torch.rand(len(chosen), generator=generator) < 0.5).tolist()
        pairs = [
            as_target(examples[index], mirrored)
            for index, mirrored in zip(chosen, mirror, strict=True)
        ]
        yield [picture for picture, _ in pairs], [target for _, target in pairs]


def as_target(example: Example, mirrored: bool) -> tuple[Tensor, dict[str, Tensor]]:
    """An example as torchvision's detectors take it: picture (3, size, size), and boxes, masks."""
    picture = torch.from_numpy(example.pixels.copy()).permute(2, 0, 1).float() / 255
    masks = torch.from_numpy(example.masks)
    if mirrored:
        picture, masks = picture.flip(2), masks.flip(2)
    boxes = masks_to_boxes(masks) + torch.tensor([0.0, 0.0, 1.0, 1.0])
    target = {
        "boxes": boxes.to(device()),
        "labels": torch.tensor(example.classes, device=device()),
        "masks": masks.to(torch.uint8).to(device()),
    }
    return picture.to(device()), target
