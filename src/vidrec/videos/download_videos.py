"""The videos by category, each with a row in the manifest, from the source that params name."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from vidrec.media import confined
from vidrec.media.extraction import Extraction, Rules
from vidrec.settings.download_videos import Params
from vidrec.videos import directory, sample, youtube, youtube_options
from vidrec.videos.category_names import write_category_names
from vidrec.videos.framing import look_at
from vidrec.videos.listing import Listed, read_listing
from vidrec.videos.manifest import Entry, build_manifest, write_manifest
from vidrec.videos.originals import check_apart, directory_of, remember
from vidrec.videos.youtube_manifest import read_wanted
from vidrec.workflow import state
from vidrec.workflow.errors import UserError, tell
from vidrec.workflow.files import atomic_directory, expanded
from vidrec.workflow.parallel import ONLY_A_CORE, map_items


def take(params: Params, folder: Path) -> list[Entry]:
    """An entry per video wanted, of the chosen source; those that are made or downloaded are put
    into `folder`, as <category>/<video_id>.<ext>. Raises UserError where the source has none.
    """
    if params.source == "sample":
        return sample.take(folder, sample_settings(params), params.sample_videos_per_category)
    if params.source == "directory":
        return directory.entries_of(_listed(params))
    return _from_youtube(params, folder)


def sample_settings(params: Params) -> sample.ClipSettings:
    """What the sample source needs of `params`."""
    return sample.ClipSettings(params.seed, params.sample_seconds, params.sample_fps)


def _listed(params: Params) -> list[Listed]:
    """The list in git; where it is empty, what the directory holds now."""
    place = expanded(params.directory)
    listed = read_listing(Path(params.directory_manifest))
    # No name stands for this directory, which is the project: then the list alone counts.
    if place.is_dir() and (params.directory or not listed):
        check_apart(place, Path())
        # What `vidrec use` has noted stays. A workspace elsewhere has its own relative paths.
        unknown = directory_of(state.originals()) is None
        if unknown or (not listed and place.is_absolute()):
            remember(state.originals(), place)
    if listed:
        return listed
    found = directory.scan(place, [], partial(_looks, rules_of(params)))
    directory.tell_left_out(found.left_out)
    tell(
        f"{params.directory_manifest} lists nothing: took what {place} holds now. `vidrec scan`"
        " keeps the list, by which DVC sees what changes"
    )
    return found.listed


def _looks(rules: Rules, files: directory.Files) -> Iterator[Extraction]:
    paths = [path for _, path in files]
    look = partial(look_at, rules)
    return map_items(look, paths, title="looking", unit="file", spread=ONLY_A_CORE)


def rules_of(params: Params) -> Rules:
    """What a video must be like."""
    return Rules(params.max_seconds, params.min_decoded_share, params.more_codecs)


def _from_youtube(params: Params, folder: Path) -> list[Entry]:
    rules = youtube_options.Rules(
        max_duration_s=params.youtube_max_duration_s,
        shorter_side=params.youtube_max_height,
        max_filesize_mb=params.youtube_max_filesize_mb,
        decoding=rules_of(params),
        pause_s=youtube_options.pause(),
    )
    return youtube.take(
        folder,
        read_wanted(Path(params.youtube_manifest)),
        rules,
        params.youtube_videos_per_category,
        params.youtube_min_videos_per_category,
    )


def download(params: Params, videos: Path) -> None:
    """Write the directory `videos` with its manifest.csv, whole, from the chosen source.

    Raises UserError where not one video counts.
    """
    confined.tell_unconfined()
    with atomic_directory(videos) as folder:
        entries = take(params, folder)
        _check_any(entries)
        write_manifest(folder, build_manifest(entries, videos))
        write_category_names(folder, names_of(entries))


def names_of(entries: list[Entry]) -> dict[str, str]:
    """The categories that people write in another way, and how."""
    named = {each.video.category: each.category_name for each in entries}
    return {category: name for category, name in named.items() if name not in ("", category)}


def _check_any(entries: list[Entry]) -> None:
    reasons = Counter(entry.status for entry in entries)
    if not any(entry.counts for entry in entries):
        told = ", ".join(f"{count} {status}" for status, count in sorted(reasons.items()))
        raise UserError(f"none of the videos can be used ({told}): give others")
