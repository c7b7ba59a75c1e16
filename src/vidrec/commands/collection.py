"""Adding videos to the source that the params name, and taking them out of it again.

Only the list of that source changes, and for an added file its directory; the next `dvc repro`
takes it from there. What is taken out of a list stays where it is.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd

from vidrec.commands.near_names import hint
from vidrec.media.containers import VideoError, sniff
from vidrec.media.status import OK, PARTIAL
from vidrec.settings.download_videos import Params
from vidrec.settings.extract_frames import FrameSettings
from vidrec.videos import directory as own
from vidrec.videos.extract_frames import take_ahead
from vidrec.videos.listing import REMOVED, Listed, read_listing, write_listing
from vidrec.videos.manifest import path_of
from vidrec.videos.names import check_category, safe_name
from vidrec.videos.originals import directory_of
from vidrec.videos.youtube_ids import youtube_id
from vidrec.videos.youtube_manifest import put_back, read_rows, write_ids
from vidrec.workflow import state
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import LONGEST_FILE_NAME, atomic_path, expanded, sha256_of

NEXT = "next: dvc repro"


@dataclass(frozen=True)
class Directory:
    """Own videos: where they lie on this machine (None where they do not), and their list."""

    place: Path | None
    listing: Path

    @property
    def at_hand(self) -> Path:
        """The directory. Raises UserError where it is not on this machine."""
        if self.place is None:
            raise UserError(
                "the directory of the videos is not on this machine: say where it lies with"
                " `vidrec use DIR`"
            )
        return self.place


def directory_source(root: Path, params: Params) -> Directory:
    """The directory source of the project at `root`."""
    named = root / expanded(params.directory)
    place = directory_of(state.originals(root))
    if place is None and params.directory and named.is_dir():
        place = named
    return Directory(place, root / params.directory_manifest)


def add(video: str, category: str, root: Path, params: Params, frames: FrameSettings) -> list[str]:
    """Put `video` into the chosen source as one of `category`; returns what to tell, by lines.

    Raises UserError where it does not decode, would replace another, or cannot be added at all.
    """
    check_category(category)
    if params.source == "directory":
        looks = partial(take_ahead, params=frames, root=root)
        return add_file(directory_source(root, params), video, category, looks)
    if params.source == "youtube":
        lines = add_id(root / params.youtube_manifest, video, category)
        return [*lines, *_tell_next(root, params, category)]
    raise _drawn()


def remove(name: str, root: Path, params: Params) -> list[str]:
    """Take the video `name`, an id or a title, out of the list of the chosen source.

    Returns what to tell, by lines. Raises UserError where the source has no such video.
    """
    if params.source == "directory":
        return remove_listed(root / params.directory_manifest, name)
    if params.source == "youtube":
        return remove_id(root / params.youtube_manifest, removed_ids(root), name)
    raise _drawn()


def undo_remove(name: str, root: Path, params: Params) -> list[str]:
    """Put the video `name` back that `remove` has taken out. Raises UserError where it has not."""
    if params.source == "directory":
        return restore_listed(root / params.directory_manifest, name)
    if params.source == "youtube":
        return restore_id(root / params.youtube_manifest, removed_ids(root), name)
    raise _drawn()


def scan(root: Path, params: Params, frames: FrameSettings) -> list[str]:
    """Bring the list of own videos up to date with their directory; returns what to tell."""
    if params.source != "directory":
        raise UserError(
            f"download_videos.source is {params.source}: only a directory of own videos is"
            " scanned, choose one with `vidrec use DIR`"
        )
    source = directory_source(root, params)
    before = read_listing(source.listing)
    scanned = own.scan(source.at_hand, before, partial(take_ahead, params=frames, root=root))
    write_listing(source.listing, scanned.listed)
    own.tell_left_out(scanned.left_out)
    return [*changes(before, scanned.listed), *summary(scanned.listed), NEXT]


def changes(before: Sequence[Listed], after: Sequence[Listed]) -> Iterator[str]:
    """A line for each video that is new, gone, or other than before."""
    old, new = ({each.video_id: each for each in listed} for listed in (before, after))
    for name in sorted(new.keys() - old.keys()):
        yield f"new: {name}, {new[name].path}"
    for name in sorted(old.keys() - new.keys()):
        yield f"gone: {name}, {old[name].path}"
    for name in sorted(old.keys() & new.keys()):
        if old[name].sha256 != new[name].sha256:
            yield f"changed: {name}, {new[name].path}"


def summary(listed: Sequence[Listed]) -> Iterator[str]:
    """How many videos there are, by category, and what is partial, no video, or more than one."""
    good = Counter(each.category_name for each in listed if each.counts)
    told = ", ".join(f"{name} {count}" for name, count in sorted(good.items()))
    videos = "1 video" if good.total() == 1 else f"{good.total()} videos"
    categories = "1 category" if len(good) == 1 else f"{len(good)} categories"
    yield f"{videos} in {categories}: {told}"
    for each in listed:
        if each.status not in (OK, REMOVED):
            yield f"{each.status}: {each.path}: {_trouble(each)}"
    yield from own.in_many_categories(listed)


def _trouble(listed: Listed) -> str:
    """What is wrong with a video, in words, and that it counts where it does."""
    return of_partial(listed.error) if listed.counts else listed.error


def of_partial(error: str) -> str:
    """What is wrong with a video that counts all the same, as people are told."""
    return f"{error}; what decodes of it counts"


def _drawn() -> UserError:
    return UserError(
        "the videos are the sample, which the workflow draws: choose own videos with"
        " `vidrec use DIR`, or `vidrec use youtube`"
    )


def add_file(source: Directory, video: str, category: str, looks: own.Looks) -> list[str]:
    """Copy a video file into the folder that makes up `category`, and list it.

    A file that is there already stays as it is. Raises UserError where the file does not decode,
    its content is in another category, or its name is taken.
    """
    file = Path(video)
    _check_file(video, file)
    digest = sha256_of(file)
    (found,) = looks([(digest, file)])
    if not found.good:
        raise UserError(
            f"{video} cannot be added ({found.status}): {found.error}; try another file"
        )
    listed = read_listing(source.listing)
    same = [each for each in listed if each.sha256 == digest]
    mine = next((each for each in same if category in (each.category, each.category_name)), None)
    if mine and mine.status == REMOVED:
        return restore_listed(source.listing, mine.video_id)
    if mine:
        return [f"{video} is there already, as {mine.video_id}: nothing was changed"]
    held = next((each for each in same if each.counts), None)
    if held:
        raise UserError(
            f"{video} is in category {held.category_name} already, as {held.video_id}: remove it"
            f" there first (`vidrec remove {held.video_id}`)"
        )
    folder = _folder_of(source.at_hand, category, listed)
    target = folder / file.name
    if not target.exists() or not target.samefile(file):
        _copy(file, target)
    (named,) = own.name_all(
        [(target.relative_to(source.at_hand), digest)], listed, others_are_there=True
    )
    new = own.as_seen(named, found, target)
    write_listing(source.listing, [*listed, new])
    known = f"its id is {new.video_id}, its category {new.category_name}"
    lacking = [f"it is partial: {_trouble(new)}"] if new.status == PARTIAL else []
    return [f"added {target}", known, *lacking, NEXT]


def _check_file(video: str, file: Path) -> None:
    if video.lower().startswith(("http://", "https://")):
        raise UserError(
            f"{video} is the address of a page, and the videos are files of a directory: download"
            " it and add the file, or choose YouTube with `vidrec use youtube`"
        )
    try:
        sniff(file)
    except VideoError as error:
        raise UserError(
            f"{video} cannot be added ({error.status}): {error}; try another file"
        ) from None
    if file.name.startswith(".") or len(os.fsencode(file.name)) > LONGEST_FILE_NAME:
        raise UserError(
            f"{video} cannot be added: a name that begins with a dot is left out, and one of more"
            f" than {LONGEST_FILE_NAME} bytes is too long; rename it"
        )


def _folder_of(directory: Path, category: str, listed: Sequence[Listed]) -> Path:
    """Where the videos of `category` lie: a folder of another name may make up that category."""
    if (directory / category).is_dir():
        return directory / category
    wanted = {category.lower(), safe_name(category).lower()}
    alike = (each for each in listed if each.category.lower() in wanted)
    found = next((directory / path_of(each.path).parent for each in alike), None)
    return found or directory / category


def _copy(file: Path, target: Path) -> None:
    if os.path.lexists(target.parent) and not target.parent.is_dir():
        raise UserError(f"{target.parent} is not a directory: rename it, or take another category")
    if os.path.lexists(target):
        raise UserError(f"{target} is there already, another file: rename one of them")
    with atomic_path(target) as temporary:
        shutil.copyfile(file, temporary)


def remove_listed(listing: Path, name: str) -> list[str]:
    """Mark the video `name`, an id or a title, as taken out; its file stays as it is.

    Raises UserError where there is no such video.
    """
    listed = read_listing(listing)
    there = [each for each in listed if each.counts]
    video = _find(name, there, listing)
    write_listing(listing, [replace(x, status=REMOVED) if x == video else x for x in listed])
    return [
        f"removed {video.video_id} from {listing}; its file stays where it is",
        f"undo: vidrec remove --undo {video.video_id}",
        NEXT,
    ]


def restore_listed(listing: Path, name: str) -> list[str]:
    """Put a video back that was taken out. Raises UserError where none of that name was."""
    listed = read_listing(listing)
    gone = [each for each in listed if each.status == REMOVED]
    if name in {each.video_id for each in listed} - {each.video_id for each in gone}:
        raise UserError(f"{name} was not removed: it is in {listing}")
    video = _find(name, gone, listing)
    # Of the videos that count, and so could be taken out, those that are partial have an error.
    status = PARTIAL if video.error else OK
    write_listing(listing, [replace(x, status=status) if x == video else x for x in listed])
    return [f"{video.video_id} is in {listing} again", NEXT]


def _find(name: str, listed: Sequence[Listed], listing: Path) -> Listed:
    """The video of that id, or of that title if it is the only one."""
    titled = [each for each in listed if name in (each.title, each.path)]
    found = [each for each in listed if each.video_id == name] or titled
    if len(found) != 1:
        ids = [each.video_id for each in found or listed]
        meant = hint(name, ids, "`vidrec list` shows those there are")
        many = "more than one" if found else "no"
        raise UserError(f"{many} video {name!r} in {listing}: {meant}")
    return found[0]


def removed_ids(root: Path) -> Path:
    """Where the rows of the YouTube manifest are kept that were taken out of it."""
    return state.home(root) / "removed_from_youtube.csv"


def add_id(manifest: Path, video: str, category: str) -> list[str]:
    """Append a YouTube video, an id or a URL, to the manifest, after all others of `category`.

    Raises UserError where it is there already.
    """
    video_id = youtube_id(video)
    if video_id is None:
        raise UserError(
            f"{video} is neither an id nor a URL of YouTube: give one such as"
            " https://www.youtube.com/watch?v=…, or choose a directory with `vidrec use DIR`"
        )
    rows = read_rows(manifest)
    if video_id in set(rows["video_id"]):
        held = rows[rows["video_id"] == video_id].iloc[0]
        raise UserError(
            f"{video_id} is in {manifest} already, number {held['rank']} of {held['category']}:"
            f" to move it run `vidrec remove {video_id}` first"
        )
    others = rows[rows["category"] == category]
    rank = int(others["rank"].astype(float).max()) + 1 if len(others) else 1
    row = dict.fromkeys(rows.columns, "")
    row |= {"category": category, "rank": str(rank), "video_id": video_id}
    write_ids(manifest, pd.DataFrame([*rows.to_dict("records"), row]))
    return [f"added {video_id} to {manifest} as number {rank} of {category}: commit the file"]


def _tell_next(root: Path, params: Params, category: str) -> Iterator[str]:
    """What the videos of `category` in the manifest, now one more, are too many or too few for."""
    rows = read_rows(root / params.youtube_manifest)
    count = int((rows["category"] == category).sum())
    wanted, least = params.youtube_videos_per_category, params.youtube_min_videos_per_category
    if count > wanted:
        yield (
            f"the first {wanted} of a category are taken, this one is a reserve: to take it too,"
            " raise download_videos.youtube_videos_per_category"
        )
    if count < least:
        yield (
            f"{category} has {count} videos and needs {least}: add more, or lower"
            " download_videos.youtube_min_videos_per_category"
        )
    else:
        yield NEXT


def remove_id(manifest: Path, removed: Path, video_id: str) -> list[str]:
    """Take a YouTube id out of the manifest; its row is kept in the table `removed`.

    Raises UserError where it is not there.
    """
    rows = read_rows(manifest)
    others = rows[rows["video_id"] != video_id]
    if len(others) == len(rows):
        meant = hint(video_id, rows["video_id"], "see the ids there")
        raise UserError(f"no video {video_id!r} in {manifest}: {meant}")
    kept = read_rows(removed)
    taken = rows[rows["video_id"] == video_id]
    write_ids(removed, pd.concat([kept[kept["video_id"] != video_id], taken]))
    write_ids(manifest, others)
    return [
        f"removed {video_id} from {manifest}: commit the file",
        f"undo: vidrec remove --undo {video_id}",
        NEXT,
    ]


def restore_id(manifest: Path, removed: Path, video_id: str) -> list[str]:
    """Put the row of a YouTube id back that `remove_id` has taken out.

    Raises UserError where it has not.
    """
    kept = read_rows(removed)
    row = kept[kept["video_id"] == video_id]
    if row.empty:
        meant = hint(video_id, kept["video_id"], "only what `vidrec remove` took out comes back")
        raise UserError(f"no video {video_id!r} was removed here: {meant}")
    write_ids(manifest, put_back(read_rows(manifest), row))
    write_ids(removed, kept[kept["video_id"] != video_id])
    return [f"{video_id} is in {manifest} again: commit the file", NEXT]
