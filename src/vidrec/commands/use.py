"""Pointing the project at videos and weights: what `vidrec use` changes, and what it says.

It writes params.yaml and the list of own videos, and takes away what belongs to the data set that
was there: `data_set` puts that aside first. The videos themselves are only read.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from vidrec.commands import collection, data_set, params_file
from vidrec.experiments.dvc import dvc
from vidrec.settings.classify_frames import ClassifierSettings
from vidrec.settings.download_videos import Params
from vidrec.settings.extract_frames import FrameSettings
from vidrec.videos import directory as own
from vidrec.videos.extract_frames import take_ahead
from vidrec.videos.listing import Listed, read_listing, write_listing
from vidrec.videos.manifest import path_of
from vidrec.videos.originals import check_apart, remember
from vidrec.videos.youtube_manifest import read_rows
from vidrec.workflow import params, state
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import expanded

OFFICIAL = "torchvision"
# The stages whose results are of the weights alone.
OF_THE_WEIGHTS = ("prepare_weights", "prepare_segmenter", "embed_images")

# Dotted names of params, and their values.
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """The weights that somebody wants: `torchvision`, or files; `arch` where it is named."""

    weights: Sequence[str] = ()
    arch: str = ""


def use_directory(place: Path, choice: Choice, root: Path) -> Iterator[str]:
    """Take the videos of the directory `place`; yields what to tell, by lines.

    Where the list in git is of these very videos, be it made on another machine, only their place
    is noted: nothing that was computed is lost. Raises UserError for what cannot be used.
    """
    place = expanded(place)
    if not place.is_dir():
        raise UserError(f"{place} is not a directory: name one, or else youtube or sample")
    check_apart(place, root)
    settings = params.load(Params, root / data_set.PARAMS)
    listing = root / settings.directory_manifest
    known = read_listing(listing)
    elsewhere = settings.source == "directory" and not (root / settings.directory).is_dir()
    if elsewhere and not choice.weights:
        there = [each for each in known if each.counts and is_there(place, each)]
        if there:
            remember(state.originals(root), place)
            yield from _of_a_colleague(place, there, known)
            return
    weights = weights_of(choice, root)
    frames = params.load(FrameSettings, root / data_set.PARAMS)
    scanned = own.scan(place, known, partial(take_ahead, params=frames, root=root))
    own.tell_left_out(scanned.left_out)
    if not any(each.counts for each in scanned.listed):
        told = "; ".join(f"{each.path}: {each.error or each.status}" for each in scanned.listed[:3])
        raise UserError(f"{place} has no video that can be used ({told}): give others")
    videos = {
        "download_videos.source": "directory",
        "download_videos.directory": _written(place, root),
    }
    changed = _switch(root, videos, weights)
    write_listing(listing, scanned.listed)
    remember(state.originals(root), place)
    # Told once all is done: whoever reads it may stop reading.
    yield from changed
    yield from collection.summary(scanned.listed)
    yield from _outlook(scanned.listed, frames, root)
    yield "commit all that has changed after the run: figures are compared with those of git"
    yield collection.NEXT


def is_there(place: Path, listed: Listed) -> bool:
    """Whether the file that is listed lies below `place`, by path and size."""
    file = place / path_of(listed.path)
    return file.is_file() and file.stat().st_size == listed.size


def _of_a_colleague(place: Path, there: Sequence[Listed], known: Sequence[Listed]) -> Iterator[str]:
    wanted = [each for each in known if each.counts]
    yield f"{len(there)} of the {len(wanted)} videos of the list are in {place}: taken from there"
    for each in wanted:
        if each not in there:
            yield f"missing: {each.path}"
    yield "params and list are as they were; `vidrec scan` makes the list anew from what is there"
    yield collection.NEXT


def use_youtube(choice: Choice, root: Path) -> Iterator[str]:
    """Take the videos of the manifest of YouTube ids; yields what to tell, by lines."""
    yield from _switch(root, {"download_videos.source": "youtube"}, weights_of(choice, root))
    settings = params.load(Params, root / data_set.PARAMS)
    rows = read_rows(root / settings.youtube_manifest)
    if rows.empty:
        yield f"{settings.youtube_manifest} names no videos yet"
        yield 'next: vidrec discover CATEGORY="what to search for" …'
        return
    counts = rows["category"].value_counts(sort=False)
    told = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    yield f"{len(rows)} ids in {len(counts)} categories: {told}; some 300 videos an hour"
    yield collection.NEXT


def use_sample(choice: Choice, root: Path) -> Iterator[str]:
    """Take the sample again, as it was committed; yields what to tell, by lines."""
    if choice.weights:
        raise UserError("the sample's networks are trained on it: leave --weights out")
    was_own = data_set.source_of(root / data_set.PARAMS) != "sample"
    aside = data_set.put_aside(root)
    told = data_set.take_back_sample(root, as_it_was_here=was_own)
    dvc("--cd", str(root), "checkout", "--quiet", "--force", "--allow-missing")
    yield f"the sample again, {told}; what was there before is in {_near(aside, root)}"
    yield collection.NEXT


def weights_of(choice: Choice, root: Path) -> Values:
    """The params that name the weights of `choice`; those there are where it names none.

    Without a choice the sample's weights, which know drawn objects only, give way to the official
    ones. Raises UserError for a file that is not of a network known here.
    """
    if list(choice.weights) == [OFFICIAL] or not choice.weights:
        source = _param(root, "prepare_weights.source")
        if not choice.weights and source != "sample":
            return {}
        if choice.arch:
            from vidrec.networks.image_classifiers import check_classifier

            check_classifier(choice.arch)
        named = {"prepare_weights.classifier_arch": choice.arch} if choice.arch else {}
        return {"prepare_weights.source": OFFICIAL, "run.segmented": _has_gpu(), **named}
    values: dict[str, Any] = {
        "prepare_weights.source": "file",
        "prepare_weights.classifier_file": "",
        "prepare_weights.segmenter_file": "",
        "run.segmented": False,
    }
    for word in choice.weights:
        values |= _of_file(expanded(word), choice.arch, root)
    return values


def _of_file(file: Path, arch: str, root: Path) -> Values:
    """The params that name one file of weights, whatever it turns out to be of."""
    from vidrec.networks.architecture import find_classifier, find_segmenter
    from vidrec.networks.image_classifiers import check_classifier
    from vidrec.networks.weights import read_state_dict
    from vidrec.settings.prepare_segmenter import SEGMENTERS

    tensors = read_state_dict(file)
    found = find_classifier(tensors)
    named = arch if arch not in SEGMENTERS else ""
    if named:
        check_classifier(named)
    if named and found and named != found:
        raise UserError(f"{file} is of {found}, not of {named}: leave --arch out")
    classifier = found or named
    if classifier:
        return {
            "prepare_weights.classifier_file": _written(file, root),
            "prepare_weights.classifier_arch": classifier,
        }
    segmenter = find_segmenter(tensors)
    if segmenter:
        return {
            "prepare_weights.segmenter_file": _written(file, root),
            "prepare_weights.segmenter_arch": segmenter,
            "run.segmented": True,
        }
    raise UserError(
        f"{file} is of none of torchvision's networks by the names and shapes of its tensors: name"
        " the network with --arch, or give other weights"
    )


def for_own_videos(weights: Values, root: Path) -> Values:
    """`weights` with what suits them: real classes fit videos loosely, so that the whole
    distribution says more than the top class; a head of drawn classes says nothing of them."""
    values = dict(weights)
    segmented = values.get("run.segmented", _param(root, "run.segmented"))
    detector = _param(root, "weigh_objects.detector")
    head = bool(_param(root, "finetune_head.images"))
    if (detector == "finetuned" and not head) or (detector == "segmented" and not segmented):
        detector = "classified"
    only = values.get("prepare_weights.classifier_file") == "" and segmented
    values |= {"run.finetuned": head, "weigh_objects.detector": "segmented" if only else detector}
    masks = bool(_param(root, "finetune_segmenter.images"))
    values["run.finetuned_segmenter"] = masks
    if not masks:
        values["segment_objects.weights"] = "pretrained"
    chosen = values["weigh_objects.detector"]
    values["weigh_objects.term"] = "confidence" if chosen == "segmented" else "probability"
    # What ranks real clips best by weights that know a thousand classes: docs/weightings.md.
    many = chosen == "classified"
    values |= {"weigh_objects.idf": not many, "build_index.hubness": "csls" if many else "none"}
    return values


def _has_gpu() -> bool:
    """Segmentation with the official weights takes hours on a processor."""
    import torch

    return torch.cuda.is_available()


def _switch(root: Path, videos: Values, weights: Values) -> list[str]:
    """Set params, and take away what belongs to the data set that was there; says what changed."""
    # What somebody has chosen since for videos that are no sample stays.
    chosen = not weights and _param(root, "download_videos.source") != "sample"
    values = dict(videos) if chosen else {**videos, **for_own_videos(weights, root)}
    changed = [name for name, value in values.items() if _param(root, name) != value]
    if not changed:
        return ["params.yaml says so already"]
    aside = data_set.put_aside(root)
    params_file.change(root / data_set.PARAMS, values)
    data_set.forget_results(root, () if weights.keys() & changed else OF_THE_WEIGHTS)
    return [
        *(f"params.yaml: {name}: {_shown(values[name])}" for name in changed),
        f"what was there before is in {_near(aside, root)}",
    ]


def _shown(value: object) -> str:
    return str(yaml.safe_dump(value, allow_unicode=True, width=2**20)).removesuffix("...\n").strip()


def _param(root: Path, name: str) -> Any:
    """What params.yaml says of `name`. Raises UserError where it says nothing."""
    path = root / data_set.PARAMS
    document, doubles = params.read(path)
    if doubles:
        raise UserError(doubles[0])
    return params.find(document, name, path)


def _written(path: Path, root: Path) -> str:
    """`path` as params.yaml holds it: from the top where it lies in the project, else from /."""
    absolute = path.resolve()
    top = root.resolve()
    return str(absolute.relative_to(top) if absolute.is_relative_to(top) else absolute)


def _near(path: Path, root: Path) -> str:
    return os.path.relpath(path, root)


def _outlook(listed: Sequence[Listed], frames: FrameSettings, root: Path) -> Iterator[str]:
    """How long the run will take: frames, times what this machine does in a second."""
    from vidrec.commands import estimate

    lengths = (min(each.duration_s, frames.max_seconds) for each in listed if each.counts)
    count = sum(max(1, round(length * frames.fps)) for length in lengths)
    arch = _param(root, "prepare_weights.classifier_arch")
    rate = estimate.frames_per_second(arch, params.load(ClassifierSettings, root / data_set.PARAMS))
    yield estimate.told(count, rate)
