"""Files and folders that params name, and that must be there for the sources that are chosen.

Paths are taken from the `root` of the project, as the stages take them. What dvc.lock has results
of need not be there: somebody else has run it, and the results can be pulled.
"""

import csv
import os
from collections import Counter
from functools import partial
from pathlib import Path

import yaml

from vidrec.settings.pairs import (
    FINETUNED,
    OWN_MASKS,
    OWN_SEGMENTER,
    SEGMENTED,
    VIDEOS,
    WEIGHTS,
    Rule,
)
from vidrec.workflow.files import expanded


def places(root: Path) -> tuple[Rule, ...]:
    """The rules on what lies below `root`."""
    return (
        Rule(
            partial(weights_file, root, "classifier"),
            (WEIGHTS, "prepare_weights.classifier_file"),
        ),
        Rule(
            partial(weights_file, root, "segmenter"),
            (WEIGHTS, "prepare_weights.segmenter_file", SEGMENTED),
        ),
        Rule(partial(own_images, root), ("finetune_head.images", FINETUNED)),
        Rule(partial(own_masks, root), (OWN_MASKS, OWN_SEGMENTER)),
        Rule(partial(own_groups, root), ("objects.groups",)),
        Rule(
            partial(youtube_ids, root),
            (
                VIDEOS,
                "download_videos.youtube_manifest",
                "download_videos.youtube_min_videos_per_category",
            ),
        ),
        Rule(
            partial(own_videos, root),
            (VIDEOS, "download_videos.directory", "download_videos.directory_manifest"),
        ),
    )


def weights_file(
    root: Path, network: str, source: str, file: str, wanted: bool = True
) -> str | None:
    """A state dict that is not there."""
    name = f"prepare_weights.{network}_file"
    if source != "file" or not file or not wanted or _is_file(root / file):
        return None
    if _has_results(root, name, file):
        return None
    return (
        f"{name} is {file!r}, which is not a file: name a state dict that is there, or choose"
        " another prepare_weights.source"
    )


def own_images(root: Path, images: str, wanted: bool) -> str | None:
    """An image set that is not there, or not one."""
    name, place = "finetune_head.images", root / images
    if not images or not wanted or _has_results(root, name, images):
        return None
    if not _is_directory(place):
        return (
            f"{name} is {images!r}, which is not a directory: name one that holds <class>/<image>,"
            " or leave it empty for rendered stills"
        )
    classes = [each for each in place.iterdir() if _is_directory(each)]
    if sum(not each.name.startswith(".") for each in classes) >= 2:
        return None
    return (
        f"{name} is {images!r}, which has fewer than two classes: put the images there as"
        " <class>/<image>"
    )


def own_masks(root: Path, images: str, wanted: bool) -> str | None:
    """A directory of images with masks that is not there."""
    if not images or not wanted or _has_results(root, OWN_MASKS, images):
        return None
    if _is_directory(root / images):
        return None
    return (
        f"{OWN_MASKS} is {images!r}, which is not a directory: name one that holds images with"
        " masks, or leave it empty"
    )


def own_groups(root: Path, groups: str) -> str | None:
    """A table of own groups that is not there."""
    if not groups or _is_file(root / groups):
        return None
    return (
        f"objects.groups is {groups!r}, which is not a file: name a CSV file label,group, or leave"
        " it empty"
    )


def youtube_ids(root: Path, source: str, manifest: str, needed: int) -> str | None:
    """A manifest of YouTube ids that is not there, or cannot give as many as are needed."""
    if source != "youtube":
        return None
    ids = {(row.get("category"), row.get("video_id")) for row in _rows(root / manifest)}
    counts = Counter(category for category, _ in ids)
    if not counts:
        return (
            f"download_videos.youtube_manifest is {manifest!r}, which lists no videos: run `vidrec"
            " discover` to make it"
        )
    few = [f"{name} ({count})" for name, count in sorted(counts.items()) if count < needed]
    if not few:
        return None
    return (
        f"download_videos.youtube_min_videos_per_category is {needed}, but {manifest} has fewer ids"
        f" of {', '.join(few)}: run `vidrec discover` for more, or lower it"
    )


def own_videos(root: Path, source: str, directory: str, manifest: str) -> str | None:
    """A directory of videos that is not there, and of which no list tells either."""
    place = root / expanded(directory)
    there = bool(directory) and _is_directory(place)
    if source != "directory" or there or _rows(root / manifest):
        return None
    named = repr(directory) if directory else "empty"
    return (
        f"download_videos.directory is {named}, which is not a directory, and {manifest} lists no"
        " videos: run `vidrec use DIR`"
    )


def _has_results(root: Path, name: str, value: str) -> bool:
    """Whether dvc.lock has a stage that was run with the param `name` at `value`."""
    try:
        locked = yaml.safe_load((root / "dvc.lock").read_text(encoding="utf-8"))
        stages = locked["stages"].values()
        read = [each["params"]["params.yaml"] for each in stages if "params" in each]
        return any(each.get(name) == value for each in read)
    except (OSError, ValueError, yaml.YAMLError, LookupError, TypeError, AttributeError):
        return False


def _is_file(path: Path) -> bool:
    # pathlib would raise for a name that is too long.
    return os.path.isfile(path)  # noqa: PTH113


def _is_directory(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112


def _rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file; none where it is missing or no such file."""
    if not _is_file(path):
        return []
    with path.open(encoding="utf-8", errors="replace", newline="") as stream:
        try:
            return list(csv.DictReader(stream))
        except csv.Error:
            return []
