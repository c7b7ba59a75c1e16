"""What people call the videos of the index and their categories, and where their files lie."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vidrec.videos import manifest
from vidrec.videos.category_names import read_category_names
from vidrec.videos.originals import directory_of
from vidrec.workflow.video import Video


@dataclass(frozen=True)
class DisplayNames:
    """Title, path and length of the manifest by video id; by category its name where that is
    another."""

    titles: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)

    def title(self, video_id: str) -> str:
        """The title of a video, or its id where it has none."""
        return self.titles.get(video_id) or video_id

    def path(self, video_id: str) -> str:
        return self.paths.get(video_id, "")

    def category(self, category: str) -> str:
        return self.categories.get(category, category)

    def heading(self, video: Video) -> str:
        """Title and category on one line."""
        return _composed(f"{self.title(video.video_id)} · {self.category(video.category)}")

    def titled(self, title: str) -> list[str]:
        """The ids of the videos of that title; an accent may be a letter's own or beside it."""
        wanted = _composed(title)
        return [name for name, other in self.titles.items() if _composed(other) == wanted]


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def read_display_names(videos: Path, originals: Path) -> DisplayNames:
    """The names in the directory `videos`; none where it has no manifest.

    Own videos lie below `originals`, if that is on this machine.
    """
    if not (videos / manifest.NAME).is_file():
        return DisplayNames()
    table = manifest.read_manifest(videos)
    titles = dict(zip(table["video_id"], table["title"], strict=True))
    columns = (table[name] for name in ("video_id", "path", "source"))
    rows = zip(*columns, strict=True)
    paths = {name: _found(path, source, originals) for name, path, source in rows}
    lengths = zip(table["video_id"], table["duration_s"], strict=True)
    seconds = {name: float(length) for name, length in lengths if float(length or 0)}
    return DisplayNames(titles, paths, read_category_names(videos), seconds)


def _found(path: str, source: str, originals: Path) -> str:
    """Where a file is, as far as that is known here, for a row of the manifest."""
    place = directory_of(originals)
    if source != manifest.DIRECTORY or place is None or not path:
        return path
    return str(place / manifest.path_of(path))
