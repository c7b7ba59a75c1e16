"""Trains the last layers of Mask R-CNN for own classes; trunk, pyramid and proposals are frozen."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR
from tqdm import tqdm

from vidrec.detections.rle import decode_mask
from vidrec.networks.compute import autocast
from vidrec.segmenter.annotated_images import OwnImage
from vidrec.segmenter.frozen_trunk import FrozenTrunk, Seen, as_tensor
from vidrec.segmenter.training import Example, as_target
from vidrec.settings.finetune_segmenter import Params

# Learnt from per picture, and the share of them on an object.
REGIONS, POSITIVES = 32, 0.5

PREDICTORS = ("roi_heads.box_predictor", "roi_heads.mask_predictor")
HEADS = ("roi_heads.box_head", "roi_heads.mask_head")
# Of the predictors, what has a row for each class, or four.
ONE_ROW = ("cls_score", "mask_fcn_logits")
FOUR_ROWS = "bbox_pred"


def for_classes(
    tensors: Mapping[str, Tensor], known: int, origins: Sequence[int | None]
) -> dict[str, Tensor]:
    """The tensors of a network of `known` classes as those of one whose classes, the background
    first, begin as the known ones of these numbers; None as the mean of all but the background."""
    return {name: _rows(name, value, known, origins) for name, value in tensors.items()}


def _rows(name: str, value: Tensor, known: int, origins: Sequence[int | None]) -> Tensor:
    layer = name.split(".")[-2] if name.startswith(PREDICTORS) else ""
    # The sample's network has one box for all classes.
    per_class = layer in ONE_ROW or (layer == FOUR_ROWS and len(value) == 4 * known)
    if not per_class:
        return value
    rows = value.reshape(known, -1, *value.shape[1:])
    mean = rows[1:].mean(dim=0)
    chosen = [mean if origin is None else rows[origin] for origin in origins]
    return torch.stack(chosen).reshape(-1, *value.shape[1:])


def train(
    network: nn.Module,
    trunk: FrozenTrunk,
    images: Sequence[OwnImage],
    learnt: Sequence[int],
    classes: Sequence[str],
    params: Params,
) -> None:
    """Train the predictors of `network`, and the heads before them where `params` say so, on the
    images whose numbers are `learnt`; the trunk sees `images`.

    The caller has seeded torch and fixed its threads. Batch norm stays as it is.
    """
    learning = _thaw(network, params.heads)
    optimizer = AdamW(learning, params.learning_rate, weight_decay=0.01, fused=True)
    schedule = OneCycleLR(optimizer, params.learning_rate, params.steps + 1, pct_start=0.15)
    heads: Any = network.get_submodule("roi_heads")
    # Of itself only: its layers, batch norm among them, stay in evaluation mode.
    heads.training = True
    batches = tqdm(
        draw_batches(learnt, params), total=params.steps, desc="finetune segmenter", unit="step",
        disable=None,
    )  # fmt: skip
    for batch in batches:
        seen = [trunk.see(number) for number in batch]
        targets = [target_of(network, images[number], classes) for number in batch]
        with autocast(params.precision):
            _, losses = heads(_joined(seen), *_regions_and_sizes(seen), targets)
            loss = torch.stack([value.float() for value in losses.values()]).sum()
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(learning, 5.0)
        optimizer.step()
        schedule.step()
    heads.training = False


def _thaw(network: nn.Module, heads: bool) -> list[nn.Parameter]:
    """Let the last layers learn, and nothing else; gives what learns."""
    network.eval().requires_grad_(False)
    parts = (*PREDICTORS, *HEADS) if heads else PREDICTORS
    for name in parts:
        network.get_submodule(name).requires_grad_(True)
    return [each for each in network.parameters() if each.requires_grad]


def draw_batches(learnt: Sequence[int], params: Params) -> Iterator[list[int]]:
    """`steps` batches of numbers; every one once before any comes again."""
    rng = np.random.default_rng(params.seed)
    queue: list[int] = []
    for _ in range(params.steps):
        while len(queue) < params.batch_size:
            queue += rng.permutation(learnt).tolist()
        yield queue[: params.batch_size]
        queue = queue[params.batch_size :]


def target_of(network: Any, image: OwnImage, classes: Sequence[str]) -> dict[str, Tensor]:
    """What is marked in an image, at the size at which the network reads it; no crowds."""
    objects = [each for each in image.objects if not each.crowd]
    masks = [decode_mask(each.mask) for each in objects]
    stacked = np.stack(masks) if masks else np.zeros((0, *image.pixels.shape[:2]), dtype=np.bool_)
    numbers = [classes.index(each.label) + 1 for each in objects]
    _, target = as_target(Example(image.pixels, numbers, stacked), mirrored=False)
    target["labels"] = target["labels"].long()
    _, resized = network.transform([as_tensor(image.pixels)], [target])
    found: dict[str, Tensor] = resized[0]
    return found


def _joined(seen: Sequence[Seen]) -> dict[str, Tensor]:
    return {name: torch.cat([each.pyramid[name] for each in seen]) for name in seen[0].pyramid}


def _regions_and_sizes(seen: Sequence[Seen]) -> tuple[list[Tensor], list[tuple[int, int]]]:
    return [each.regions for each in seen], [each.size for each in seen]
