"""The directory source: a user's own files, `<category>/<file>`, of any name.

They stay where they are, and as they are: the workflow reads them, and keeps a list of them.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vidrec.media.containers import VIDEO_SUFFIXES, VideoError, sniff
from vidrec.media.extraction import Extraction
from vidrec.media.status import OK
from vidrec.videos.listing import DUPLICATE, REMOVED, Listed
from vidrec.videos.manifest import DIRECTORY, Entry, path_of, text_of
from vidrec.videos.names import safe_names
from vidrec.workflow.errors import UserError, tell
from vidrec.workflow.files import sha256_of
from vidrec.workflow.parallel import ONLY_A_CORE, map_items

SHOWN = 5

# What is looked at: the SHA-256 of each file, and where it lies. What it gives is in that order.
Files = Sequence[tuple[str, Path]]
Looks = Callable[[Files], Iterable[Extraction]]


@dataclass(frozen=True)
class Scanned:
    """What a directory holds: what is listed of it, and the paths that are left out."""

    listed: list[Listed]
    left_out: list[Path]


def entries_of(listed: Sequence[Listed]) -> list[Entry]:
    """The entries of the manifest of videos for what is listed, but for what was taken out."""
    return [
        Entry(
            each.video,
            DIRECTORY,
            each.title,
            each.status,
            duration_s=each.duration_s,
            error=each.error,
            sha256=each.sha256,
            path=each.path,
            category_name=each.category_name,
        )
        for each in listed
        if each.status != REMOVED
    ]


def scan(directory: Path, known: Sequence[Listed], looks: Looks) -> Scanned:
    """The files of `directory`, each looked at unless `known` has it with this content.

    A known video keeps its id, be it moved within its category; one that was taken out stays so.
    Of copies of one file in a category one is the video, the others are duplicates. What looks
    like no video, and hidden files, are left out. Raises UserError where there is none, or the
    directory is missing or cannot be read.
    """
    # Workers may have been started in another directory than this one.
    directory = directory.absolute()
    files, left_out = list_files(directory)
    if not files and any(map(may_be_video, left_out)):
        raise UserError(
            f"the videos in {directory} lie in no category: name the directory above it, or put"
            " them into folders <category>/<file>"
        )
    if not files:
        raise UserError(
            f"{directory} has no videos: put files there as <category>/<file>, or name another"
            " directory"
        )
    digests = map_items(digest_of, files, title="reading", unit="file", spread=ONLY_A_CORE)
    relative = [path.relative_to(directory) for path in files]
    named = name_all(list(zip(relative, digests, strict=True)), known)
    before = {each.sha256: each for each in known if each.counts and each.duration_s}
    new = [x for x in named if x.status != REMOVED and x.sha256 not in before]
    places = [(each.sha256, directory / path_of(each.path)) for each in new]
    seen = {each.path: what for each, what in zip(new, looks(places), strict=True)}
    checked = [_checked(directory, item, before, seen) for item in named]
    return Scanned(mark_duplicates(checked, known), left_out)


def list_files(directory: Path) -> tuple[list[Path], list[Path]]:
    """What lies in `<category>/` and may be a video or cannot be one, and the rest, both sorted.

    Photographs, texts, and what lies in no category are the rest; hidden paths are in neither.
    Raises UserError where the directory is missing or cannot be read.
    """
    if not directory.is_dir():
        raise UserError(
            f"{directory} is not a directory: make it, or set download_videos.directory"
        )
    try:
        top = [path for path in sorted(directory.iterdir()) if not _hidden(path)]
        inner = [path for folder in top if folder.is_dir() for path in sorted(folder.iterdir())]
    except OSError as error:
        raise UserError(f"{error.filename} cannot be read: {error.strerror}") from None
    shown = [path for path in inner if not _hidden(path)]
    files = [path for path in shown if not path.is_file() or may_be_video(path)]
    return files, [path for path in top if not path.is_dir()] + sorted(set(shown) - set(files))


def _hidden(path: Path) -> bool:
    return path.name.startswith(".")


def may_be_video(path: Path) -> bool:
    """Whether the name or the first bytes of a file are those of a video, and of no photograph."""
    try:
        return bool(sniff(path))
    except VideoError as error:
        known = path.suffix.lower() in VIDEO_SUFFIXES
        return known and error.status not in ("photograph", "audio")


def digest_of(path: Path) -> str:
    """The SHA-256 of a file; empty for what is none, or cannot be read."""
    try:
        return sha256_of(path) if path.is_file() else ""
    except OSError:
        return ""


def name_all(
    found: Sequence[tuple[Path, str]], known: Sequence[Listed], *, others_are_there: bool = False
) -> list[Listed]:
    """What is `found` (path below the directory, SHA-256) under the names that it gets.

    What is known keeps its names: by its path, or else by its content in the same category, where
    it was moved. If `others_are_there`, what is known and not found is not gone.
    """
    by_path = {each.path: each for each in known}
    paths = {text_of(path) for path, _ in found}
    paths |= set(by_path) if others_are_there else set()
    gone = {(x.category_name, x.sha256): x for x in known if x.sha256 and x.path not in paths}
    held = [
        by_path.get(text_of(path)) or gone.pop((_shown(path.parent.name), digest), None)
        for path, digest in found
    ]
    new = [path for (path, _), mine in zip(found, held, strict=True) if mine is None]
    taken = {mine.video_id for mine in held if mine} | {
        x.video_id for x in known if x.path in paths
    }
    names = safe_names([path.stem for path in new], [path.as_posix() for path in new], taken)
    fresh = dict(zip(new, names, strict=True))
    categories = _categories([path.parent.name for path in new], known)
    return [
        _found_again(mine, path, digest)
        if mine
        else Listed(
            text_of(path),
            categories[path.parent.name],
            _shown(path.parent.name),
            fresh[path],
            sha256=digest,
            title=_shown(path.stem),
        )
        for (path, digest), mine in zip(found, held, strict=True)
    ]


def _found_again(mine: Listed, path: Path, digest: str) -> Listed:
    """A known video at its path now; with other content it is another, which nobody took out."""
    status = mine.status if mine.sha256 == digest else OK
    title = _shown(path.stem)
    return replace(mine, path=text_of(path), sha256=digest, title=title, status=status)


def _categories(folders: Sequence[str], known: Sequence[Listed]) -> dict[str, str]:
    """The category, in safe characters, of each folder: the one it has, or a new one."""
    has = {each.category_name: each.category for each in known}
    new = sorted({folder for folder in folders if _shown(folder) not in has})
    named = dict(zip(new, safe_names(new, new, set(has.values())), strict=True))
    return {folder: named.get(folder) or has[_shown(folder)] for folder in folders}


def _shown(name: str) -> str:
    """A file's name as text: what is no UTF-8 as a question mark, what breaks lines as a space."""
    return re.sub(r"[\x00-\x1f\x7f]", " ", name.encode(errors="replace").decode())


def _checked(
    directory: Path, item: Listed, before: Mapping[str, Listed], seen: Mapping[str, Extraction]
) -> Listed:
    """`item` as it was known before, or as it was seen now."""
    if item.status == REMOVED:
        return item
    file = directory / path_of(item.path)
    if file.is_dir():
        return replace(item, status="folder", error="a folder within a category: move it up")
    same = before.get(item.sha256)
    if same is None:
        return as_seen(item, seen[item.path], file)
    return replace(
        item, status=same.status, error=same.error, size=same.size, duration_s=same.duration_s
    )


def as_seen(item: Listed, found: Extraction, file: Path) -> Listed:
    """`item` with what was found in its file."""
    return replace(
        item,
        status=found.status,
        error=found.error,
        duration_s=round(found.duration_s, 3),
        size=file.stat().st_size if file.is_file() else 0,
    )


def mark_duplicates(items: Sequence[Listed], known: Sequence[Listed]) -> list[Listed]:
    """Each of `items`; of those alike in content and category all but one are duplicates.

    The one is that which was the video before, or else the first by path. Copies of a video that
    was taken out do not bring it back.
    """
    was = {each.video_id for each in known if each.counts or each.status == REMOVED}
    first: dict[tuple[str, str], Listed] = {}
    for item in sorted(items, key=lambda each: (each.video_id not in was, each.path)):
        if item.counts or item.status in (DUPLICATE, REMOVED):
            first.setdefault((item.category, item.sha256), item)
    return [_marked(item, first.get((item.category, item.sha256))) for item in items]


def _marked(item: Listed, first: Listed | None) -> Listed:
    if first is None or not (item.counts or item.status == DUPLICATE):
        return item
    if item.video_id == first.video_id:
        return item if item.counts else replace(item, status=OK, error="")
    said = f"a copy of {first.path}, which is {first.video_id}"
    return replace(item, status=DUPLICATE, error=said)


def in_many_categories(listed: Sequence[Listed]) -> Iterator[str]:
    """A line for each video that is in more than one category."""
    groups: dict[str, list[Listed]] = {}
    for each in listed:
        if each.counts:
            groups.setdefault(each.sha256, []).append(each)
    for same in groups.values():
        if len(same) > 1:
            paths = ", ".join(each.path for each in same)
            yield f"one file in {len(same)} categories, a video in each: {paths}"


def tell_left_out(paths: Sequence[Path]) -> None:
    """Say on standard error which paths are left out, if any."""
    if paths:
        names = ", ".join(f"'{path}'" for path in paths[:SHOWN])
        more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
        tell(f"left out, not <category>/<video>: {names}{more}")
