"""Stage finetune_segmenter: new last layers of Mask R-CNN for own classes, its trunk frozen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from torch import Tensor, nn

from vidrec.metrics.figures import rounded
from vidrec.metrics.intervals import draws, ends
from vidrec.networks import weights
from vidrec.networks.compute import device, make_deterministic
from vidrec.networks.mask_rcnn import build_segmenter, decode_in_fp32
from vidrec.networks.precision import resolve
from vidrec.networks.weights import Card
from vidrec.segmenter import annotated_images
from vidrec.segmenter.annotated import BACKGROUND, classes_of
from vidrec.segmenter.annotated_images import OwnImage
from vidrec.segmenter.frozen_trunk import FrozenTrunk, HeadFinder
from vidrec.segmenter.mask_scores import FIGURES, Matches, Picture, figures, match
from vidrec.segmenter.object_segmenter import ObjectSegmenter
from vidrec.segmenter.own_labels import learn_meaning, translate
from vidrec.segmenter.own_split import split_by_source
from vidrec.segmenter.own_stills import own_stills
from vidrec.segmenter.own_training import POSITIVES, REGIONS, for_classes, train
from vidrec.settings.finetune_segmenter import Params
from vidrec.workflow.arrays import BoolArray, FloatArray

# Objects less sure do not count (torchvision's); precision and recall are of the surer ones that
# segment_objects.threshold lets pass.
LEAST_SCORE = 0.05
# Samples of the held-out images from which intervals are taken.
RESAMPLES = 999

SIDES = ("before", "after")
# Each figure before and after, and what average precision has gained, with their intervals.
MEASURED = (*(f"{figure}_{side}" for figure in FIGURES for side in SIDES), "ap_gain")
COLUMNS = (
    *("class", "images_trained_on", "images_held_out", "objects_held_out"),
    *(f"{name}{end}" for name in MEASURED for end in ("", "_low", "_high")),
)
# A short name: `dvc metrics show` has all metrics in one line of a screen.
METRICS = {"mask_ap": "ap_after"}


@dataclass(frozen=True)
class Finetuned:
    """A segmenter of own classes, and what was found in each image held out before and after, both
    in own classes."""

    tensors: Mapping[str, Tensor]
    card: Card
    before: Sequence[Picture]
    after: Sequence[Picture]


def load_images(params: Params) -> tuple[list[OwnImage], list[str]]:
    """The images that the params name, and a sentence on each thing that is left out."""
    if params.images:
        return annotated_images.load_images(Path(params.images), params.size, params.fit)
    return list(own_stills(params.seed, params.stills, params.size)), []


def hold_out(images: Sequence[OwnImage], params: Params) -> BoolArray:
    """Which of the images are held out. Raises UserError where none can be."""
    return split_by_source(images, params.test_share, params.seed)


def finetune(
    tensors: Mapping[str, Tensor],
    card: Card,
    images: Sequence[OwnImage],
    held_out: BoolArray,
    params: Params,
) -> Finetuned:
    """A segmenter trained from the weights of another on the images that are not `held_out`."""
    params = replace(params, precision=resolve(params.precision).precision)
    make_deterministic(params.seed, params.threads)
    old = _network(tensors, card, params)
    trunk = FrozenTrunk(old, [image.pixels for image in images], params.precision)
    look = partial(find_in, trunk=trunk, images=images, params=params)
    learnt, judged = (np.flatnonzero(side).tolist() for side in (~held_out, held_out))
    classes = classes_of(x for number in learnt for x in images[number].objects)
    meaning = learn_meaning(look(old, card, learnt), card.labels, classes)
    known = [BACKGROUND, *(meaning.origin.get(name) for name in classes)]
    origins = [None if name is None else card.labels.index(name) for name in known]
    own_card = replace(
        card,
        labels=(BACKGROUND, *classes),
        origin="finetune_segmenter",
        origin_sha256=card.sha256,
        trained_in=params.precision,
        sha256="",
    )
    network = _network(for_classes(tensors, len(card.labels), origins), own_card, params)
    train(network, trunk, images, learnt, classes, params)
    found = look(old, card, judged)
    before = [Picture(translate(each.found, meaning), each.marked) for each in found]
    after = look(network, own_card, judged)
    return Finetuned(network.cpu().state_dict(), own_card, before, after)


def _network(tensors: Mapping[str, Tensor], card: Card, params: Params) -> nn.Module:
    """The segmenter of `card` with `tensors`, in evaluation mode."""
    network = build_segmenter(
        card.arch,
        len(card.labels),
        resolution=params.read_at(card.input_size),
        proposals=params.proposals,
        threshold=LEAST_SCORE,
        detections=params.detections,
        regions=REGIONS,
        positives=POSITIVES,
    )
    weights.load_into(network, tensors, "the segmenter")
    return decode_in_fp32(network).eval().to(device())


def find_in(
    network: nn.Module,
    card: Card,
    numbers: Sequence[int],
    *,
    trunk: FrozenTrunk,
    images: Sequence[OwnImage],
    params: Params,
) -> list[Picture]:
    """What `network` finds in the images of these numbers, as stage segment_objects has it, but
    also what is less sure."""
    found = []
    for number in numbers:
        image = images[number]
        finder = HeadFinder(network, trunk.see(number), params.precision)
        segmenter = ObjectSegmenter(finder, card, params.max_overlap)
        found.append(Picture(segmenter.segment(image.pixels, number), image.objects))
    return found


def measure(
    images: Sequence[OwnImage], held_out: BoolArray, made: Finetuned, threshold: float
) -> tuple[dict[str, float | None], pd.DataFrame]:
    """METRICS on the images held out.

    And a table with COLUMNS, of all classes first, then of each: how many images there are on both
    sides, and MEASURED, where something is known. What is of all classes is the mean of those that
    have an object held out; intervals are from the same samples of images before and after.
    """
    learnt, judged = _sides(images, held_out)
    classes = made.card.labels[1:]
    matches = [[match(side, label) for label in classes] for side in (made.before, made.after)]
    samples = np.vstack([np.ones((1, len(judged)), np.int64), draws(len(judged), RESAMPLES)])
    values = np.array(
        [[[figures(x, times, threshold) for x in side] for side in matches] for times in samples]
    )
    every = _row(None, learnt, judged, matches[0], _mean_of_known(values))
    rows = [
        _row(label, learnt, judged, matches[0][at : at + 1], values[:, :, at])
        for at, label in enumerate(classes)
    ]
    table = pd.DataFrame([every, *rows], columns=list(COLUMNS))
    return {name: every[column] for name, column in METRICS.items()}, table


def nothing() -> tuple[dict[str, float | None], pd.DataFrame]:
    """What `measure` gives where no segmenter was trained: no figures, a table without rows."""
    return dict.fromkeys(METRICS), pd.DataFrame(columns=list(COLUMNS))


def _sides(
    images: Sequence[OwnImage], held_out: BoolArray
) -> tuple[list[OwnImage], list[OwnImage]]:
    pairs = list(zip(images, held_out, strict=True))
    return [image for image, held in pairs if not held], [image for image, held in pairs if held]


def _mean_of_known(values: FloatArray) -> FloatArray:
    """The mean over classes (samples, sides, classes, figures) of those that are known."""
    known = ~np.isnan(values)
    total = np.where(known, values, 0).sum(axis=2)
    return np.where(known.any(axis=2), total / np.maximum(known.sum(axis=2), 1), np.nan)


def _row(
    label: str | None,
    learnt: Sequence[OwnImage],
    judged: Sequence[OwnImage],
    matches: Sequence[Matches],
    values: FloatArray,
) -> dict[str, Any]:
    """A row of the table, of class `label` or of all; `values` are (samples, sides, figures), the
    first the images as they are."""
    sides = {
        f"{figure}_{side}": values[:, at, place]
        for place, figure in enumerate(FIGURES)
        for at, side in enumerate(SIDES)
    }
    row: dict[str, Any] = {
        "class": label or "all",
        "images_trained_on": _showing(learnt, label),
        "images_held_out": _showing(judged, label),
        "objects_held_out": sum(int(each.true.sum()) for each in matches),
    }
    for name, each in (sides | {"ap_gain": sides["ap_after"] - sides["ap_before"]}).items():
        low, high = ends(each[1:])
        row |= {name: _known(each[0]), f"{name}_low": _known(low), f"{name}_high": _known(high)}
    return row


def _showing(images: Sequence[OwnImage], label: str | None) -> int:
    """In how many of the images something of class `label` is marked; of none, all of them."""
    if label is None:
        return len(images)
    return sum(label in {x.label for x in image.objects} for image in images)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else rounded(value)
