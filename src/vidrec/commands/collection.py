"""Adding videos to the source that the params name, and taking them out of it again.

Only the source changes; the next `dvc repro` takes it from there.
"""

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from vidrec.commands.near_names import hint
from vidrec.media.containers import VideoError
from vidrec.media.ffmpeg import check_video
from vidrec.settings.download_videos import Params
from vidrec.videos.directory import Found, list_files, name_files
from vidrec.videos.manifest import NAME as MANIFEST
from vidrec.videos.names import MAX_NAME
from vidrec.videos.youtube_ids import youtube_id
from vidrec.videos.youtube_manifest import read_rows, write_ids
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import LONGEST_FILE_NAME, atomic_path, sha256_of
from vidrec.workflow.state import REMOVED
from vidrec.workflow.tables import SAFE_NAME

NEXT = "next: dvc repro"


def add(video: str, category: str, params: Params) -> list[str]:
    """Put `video` into the chosen source as one of `category`; returns what to tell, by lines.

    Raises UserError where it does not decode, would replace another, or cannot be added at all.
    """
    if not SAFE_NAME.fullmatch(category) or len(category) > MAX_NAME:
        raise UserError(
            f"category {category!r}: use letters, digits, _ and - only, {MAX_NAME} at most"
        )
    if params.source == "directory":
        return add_file(Path(params.directory), Path(video), category)
    if params.source == "youtube":
        lines = add_id(Path(params.youtube_manifest), video, category)
        return [*lines, *_tell_next(params, category)]
    raise _drawn()


def remove(video_id: str, params: Params) -> list[str]:
    """Take `video_id` out of the chosen source; returns what to tell, by lines.

    Raises UserError where the source has no such video.
    """
    if params.source == "directory":
        return remove_file(Path(params.directory), video_id)
    if params.source == "youtube":
        return remove_id(Path(params.youtube_manifest), video_id)
    raise _drawn()


def _drawn() -> UserError:
    return UserError(
        "the videos are the sample, which the workflow draws: for own videos set"
        " download_videos.source in params.yaml to directory or youtube"
    )


def add_file(directory: Path, video: Path, category: str) -> list[str]:
    """Copy a video file into the folder of `directory` that makes up `category`.

    A file that is there already stays as it is. Raises UserError where the file does not decode,
    its content is in another category, or its name is taken.
    """
    _check_file(video)
    before = _named(directory)
    folder = _folder_of(directory, category, before)
    same = _same_content(before, video)
    mine = [item for item in same if item.file.parent == folder.absolute()]
    if mine:
        return [f"{video} is there already, as {mine[0].video.video_id}: nothing was changed"]
    if same:
        held = same[0].video
        raise UserError(
            f"{video} is in category {held.category} already, as {held.video_id}: remove it there"
            f" first (`vidrec remove {held.video_id}`)"
        )
    target = folder / video.name
    _check_free(target)
    with atomic_path(target) as temporary:
        shutil.copyfile(video, temporary)
    return [f"added {target}", *_changed_ids(before, _named(directory)), NEXT]


def _check_file(video: Path) -> None:
    try:
        check_video(video)
    except VideoError as error:
        raise UserError(
            f"{video} cannot be added ({error.status}): {error}; try another file"
        ) from None
    if video.name.startswith(".") or len(os.fsencode(video.name)) > LONGEST_FILE_NAME:
        raise UserError(
            f"{video} cannot be added: a name that begins with a dot is left out, and one of more"
            f" than {LONGEST_FILE_NAME} bytes is too long; rename it"
        )


def _named(directory: Path) -> list[Found]:
    """The videos of `directory` under the names that the workflow gives them."""
    return name_files(directory, list_files(directory)[0])


def _folder_of(directory: Path, category: str, found: list[Found]) -> Path:
    """Where the videos of `category` lie: a folder of another name may make up that category."""
    folder = directory / category
    if folder.is_dir():
        return folder
    # Names that differ by case only would get digests, the one that is there too.
    alike = (item for item in found if item.video.category.lower() == category.lower())
    return next((item.file.parent for item in alike), folder)


def _same_content(found: list[Found], video: Path) -> list[Found]:
    """Those of `found` with the content of `video`; only files of its size are read."""
    size = video.stat().st_size
    alike = [item for item in found if item.file.is_file() and item.file.stat().st_size == size]
    digest = sha256_of(video) if alike else ""
    return [item for item in alike if sha256_of(item.file) == digest]


def _check_free(target: Path) -> None:
    if os.path.lexists(target.parent) and not target.parent.is_dir():
        raise UserError(f"{target.parent} is not a directory: rename it, or take another category")
    if os.path.lexists(target):
        raise UserError(f"{target} is there already, another file: rename one of them")


def _changed_ids(before: list[Found], after: list[Found]) -> Iterator[str]:
    """A line for each video that is new, or has another id than before."""
    old = {item.file: item.video.video_id for item in before}
    for item in after:
        if item.file not in old:
            yield f"its id is {item.video.video_id}, its category {item.video.category}"
        elif old[item.file] != item.video.video_id:
            yield f"{old[item.file]} is called {item.video.video_id} from now on"


def remove_file(directory: Path, video_id: str) -> list[str]:
    """Move the file of `video_id` out of `directory`, to where no other file has its name.

    Raises UserError where there is no such video.
    """
    before = _named(directory)
    ids = [item.video.video_id for item in before]
    if video_id not in ids:
        meant = hint(video_id, ids, f"{MANIFEST} beside the videos taken in lists its ids")
        raise UserError(f"no video {video_id!r} in {directory}: {meant}")
    item = before[ids.index(video_id)]
    target = _free_path(REMOVED / item.video.category / item.file.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    _move(item.file, target)
    changed = _changed_ids(before, _named(directory))
    return [f"removed {video_id}: the file is now {target}", *changed, NEXT]


def _free_path(path: Path) -> Path:
    """`path`, or where that is taken the first of `<stem>-2`, `<stem>-3` … that is not."""
    others = (path.with_stem(f"{path.stem}-{number}") for number in itertools.count(2))
    candidates = itertools.chain([path], others)
    return next(candidate for candidate in candidates if not os.path.lexists(candidate))


def _move(file: Path, target: Path) -> None:
    """Move a file; of a link what it leads to stays, however the link is written."""
    if file.is_symlink():
        target.symlink_to(file.resolve())
        file.unlink()
    else:
        shutil.move(file, target)


def add_id(manifest: Path, video: str, category: str) -> list[str]:
    """Append a YouTube video, an id or a URL, to the manifest, after all others of `category`.

    Raises UserError where it is there already.
    """
    video_id = youtube_id(video)
    if video_id is None:
        raise UserError(
            f"{video} is neither an id nor a URL of YouTube: give one such as"
            " https://www.youtube.com/watch?v=…, or set download_videos.source to directory"
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


def _tell_next(params: Params, category: str) -> Iterator[str]:
    """What the videos of `category` in the manifest, now one more, are too many or too few for."""
    rows = read_rows(Path(params.youtube_manifest))
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


def remove_id(manifest: Path, video_id: str) -> list[str]:
    """Take a YouTube id out of the manifest. Raises UserError where it is not there."""
    rows = read_rows(manifest)
    others = rows[rows["video_id"] != video_id]
    if len(others) == len(rows):
        meant = hint(video_id, rows["video_id"], "see the ids there")
        raise UserError(f"no video {video_id!r} in {manifest}: {meant}")
    write_ids(manifest, others)
    return [f"removed {video_id} from {manifest}: commit the file", NEXT]
