"""Params that do not go together, each with what to do about it.

A rule is a function of a few values, which are valid each by itself: it says in one line what is
wrong with them together, or None.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from vidrec.settings.finetune_head import least_sources
from vidrec.settings.torchvision_names import unknown, unknown_weights, untrainable
from vidrec.settings.weigh_objects import unfit_term


@dataclass(frozen=True)
class Rule:
    """A function of the params `of` these dotted names."""

    problem: Callable[..., str | None]
    of: tuple[str, ...]


def broken(rules: Sequence[Rule], values: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with `values`; a rule waits until each of its params has a valid one."""
    for rule in rules:
        if all(name in values for name in rule.of):
            problem = rule.problem(*(values[name] for name in rule.of))
            if problem:
                yield problem


def unfit_classifier(source: str, arch: str) -> str | None:
    """A network that torchvision does not have, or that the sample cannot train."""
    return unknown(arch) or (untrainable(arch) if source == "sample" else None)


def unknown_official(name: str, source: str, arch: str, weights: str) -> str | None:
    """Weights, named in the param `name`, that torchvision does not have of the network `arch`."""
    problem = unknown_weights(arch, weights) if source == "torchvision" else None
    return f"{name}: {problem}" if problem else None


def without_spread(detector: str, term: str, scaling: str) -> str | None:
    """Weights that make all videos alike."""
    if unfit_term(detector, term) or (term, scaling) != ("probability", "binary"):
        return None
    return (
        "weigh_objects.scaling is binary, but with term probability nearly each label is in each"
        " video: set scaling to sqrt, or term to confidence"
    )


def detector_not_run(detector: str, *run: bool) -> str | None:
    """A detector, of classified, finetuned and segmented, that is not run but needed."""
    if dict(zip(("classified", "finetuned", "segmented"), run, strict=True))[detector]:
        return None
    return (
        f"weigh_objects.detector is {detector}, but run.{detector} is false: set that to true, or"
        " choose another detector"
    )


def head_without_trunk(finetuned: bool, classified: bool) -> str | None:
    """A head that has nothing to read."""
    if classified or not finetuned:
        return None
    return (
        "run.finetuned is true, but run.classified is false, whose features the new head reads:"
        " set that to true, or run.finetuned to false"
    )


def detector_without_weights(
    detector: str, source: str, classifier: str, segmenter: str
) -> str | None:
    """A detector whose weights are to come from a file that is not named."""
    files = {"classifier": classifier, "segmenter": segmenter}
    network = "segmenter" if detector == "segmented" else "classifier"
    if source != "file" or files[network]:
        return None
    return (
        f"weigh_objects.detector is {detector}, but prepare_weights.{network}_file is empty: name a"
        " state dict there, or choose another detector or prepare_weights.source"
    )


def segmenter_without_trunk(segmented: bool, source: str, arch: str) -> str | None:
    """A segmenter of the sample, which starts from the trunk of a resnet50."""
    if not segmented or source != "sample" or arch == "resnet50" or unfit_classifier(source, arch):
        return None
    return (
        f"run.segmented is true, but the sample's segmenter starts from a resnet50, and"
        f" prepare_weights.classifier_arch is {arch}: set that to resnet50, or run.segmented to"
        " false"
    )


def own_segmenter_not_run(
    run: bool, weights: str, wanted: bool, source: str, images: str
) -> str | None:
    """Weights of own classes that find the objects, and are not trained."""
    if not run or weights != "finetuned" or (wanted and (source == "sample" or images)):
        return None
    why = "finetune_segmenter.images is empty" if wanted else "run.finetuned_segmenter is false"
    mend = "name a directory of own images with masks there" if wanted else "set that to true"
    return f"segment_objects.weights is finetuned, but {why}: {mend}, or choose pretrained"


def drawn_segmenter(videos: str, weights: str, images: str) -> str | None:
    """A segmenter whose own classes are drawn objects only, for real videos."""
    if videos == "sample" or weights != "finetuned" or images:
        return None
    return (
        f"finetune_segmenter.images is empty, so that the own classes are drawn objects, but"
        f" download_videos.source is {videos}: name a directory of own images with masks, or set"
        " segment_objects.weights to pretrained"
    )


def more_than_extracted(stage: str, looked_at: float, extracted: int) -> str | None:
    """More frames per second for a network, which `stage` runs, than there are."""
    if looked_at <= extracted:
        return None
    return (
        f"{stage}.fps is {looked_at:g}, more than extract_frames.fps, which is {extracted}:"
        " lower it, or take more frames"
    )


def minimum_above_wanted(minimum: int, wanted: int) -> str | None:
    """More videos needed than wanted."""
    if minimum <= wanted:
        return None
    return (
        f"download_videos.youtube_min_videos_per_category is {minimum}, more than"
        f" youtube_videos_per_category, which is {wanted}: lower the first or raise the second"
    )


def too_few_scenes(finetuned: bool, images: str, scenes: int, test_share: float) -> str | None:
    """A rendered image set of which no part can be held out."""
    needed = least_sources(test_share)
    if not finetuned or images or scenes >= needed:
        return None
    return (
        f"embed_images.sample_scenes is {scenes}, but with finetune_head.test_share {test_share:g}"
        f" each class needs at least {needed}: raise either"
    )


def drawn_weights(videos: str, weights: str) -> str | None:
    """Networks that have seen drawn objects only, for real videos."""
    if weights != "sample" or videos == "sample":
        return None
    return (
        f"prepare_weights.source is sample, whose networks know drawn objects only, but"
        f" download_videos.source is {videos}: set prepare_weights.source to torchvision or file"
    )


def drawn_head(videos: str, detector: str, images: str) -> str | None:
    """A head that has seen drawn objects only, for real videos."""
    if videos == "sample" or detector != "finetuned" or images:
        return None
    return (
        f"finetune_head.images is empty, so that the new head learns drawn objects, but"
        f" download_videos.source is {videos}: name a directory of own images, or choose another"
        " weigh_objects.detector"
    )


# Which source reads which of the params that name weights.
READ_BY = {
    "prepare_weights.classifier_weights": "torchvision",
    "prepare_weights.segmenter_weights": "torchvision",
    "prepare_weights.classifier_file": "file",
    "prepare_weights.segmenter_file": "file",
}


def unread(source: str, *named: str) -> str | None:
    """Weights, in the params READ_BY, that the source does not read."""
    given = zip(READ_BY.items(), named, strict=True)
    idle = [name for (name, reader), value in given if value and reader != source]
    if not idle:
        return None
    return (
        f"{' and '.join(idle)}: not read while prepare_weights.source is {source}; set that to"
        f" {READ_BY[idle[0]]} if these weights are meant, or leave empty"
    )


VIDEOS, WEIGHTS = "download_videos.source", "prepare_weights.source"
CLASSIFIER = "prepare_weights.classifier_arch"
DETECTOR, TERM = "weigh_objects.detector", "weigh_objects.term"
OWN_SEGMENTER = "run.finetuned_segmenter"
OWN_WEIGHTS, OWN_MASKS = "segment_objects.weights", "finetune_segmenter.images"
RUN = CLASSIFIED, FINETUNED, SEGMENTED = ("run.classified", "run.finetuned", "run.segmented")

# What stops a run, be it after an hour, or makes its result worthless.
MISFITS = (
    Rule(unfit_classifier, (WEIGHTS, CLASSIFIER)),
    Rule(
        partial(unknown_official, "prepare_weights.classifier_weights"),
        (WEIGHTS, CLASSIFIER, "prepare_weights.classifier_weights"),
    ),
    Rule(
        partial(unknown_official, "prepare_weights.segmenter_weights"),
        (WEIGHTS, "prepare_weights.segmenter_arch", "prepare_weights.segmenter_weights"),
    ),
    Rule(unfit_term, (DETECTOR, TERM)),
    Rule(without_spread, (DETECTOR, TERM, "weigh_objects.scaling")),
    Rule(detector_not_run, (DETECTOR, *RUN)),
    Rule(head_without_trunk, (FINETUNED, CLASSIFIED)),
    Rule(
        detector_without_weights,
        (DETECTOR, WEIGHTS, "prepare_weights.classifier_file", "prepare_weights.segmenter_file"),
    ),
    Rule(own_segmenter_not_run, (SEGMENTED, OWN_WEIGHTS, OWN_SEGMENTER, WEIGHTS, OWN_MASKS)),
    Rule(segmenter_without_trunk, (SEGMENTED, WEIGHTS, CLASSIFIER)),
    *(
        Rule(partial(more_than_extracted, stage), (f"{stage}.fps", "extract_frames.fps"))
        for stage in ("classify_frames", "segment_objects")
    ),
    Rule(
        minimum_above_wanted,
        (
            "download_videos.youtube_min_videos_per_category",
            "download_videos.youtube_videos_per_category",
        ),
    ),
    Rule(
        too_few_scenes,
        (
            FINETUNED,
            "finetune_head.images",
            "embed_images.sample_scenes",
            "finetune_head.test_share",
        ),
    ),
)

# What runs, but is hardly meant.
DOUBTS = (
    Rule(drawn_weights, (VIDEOS, WEIGHTS)),
    Rule(drawn_head, (VIDEOS, DETECTOR, "finetune_head.images")),
    Rule(drawn_segmenter, (VIDEOS, OWN_WEIGHTS, OWN_MASKS)),
    Rule(unread, (WEIGHTS, *READ_BY)),
)
