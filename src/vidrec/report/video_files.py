"""Where a video can be played: its file, as a link from the page, or its address."""

import os
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

import pandas as pd

from vidrec.media.status import GOOD
from vidrec.videos.manifest import YOUTUBE, file_of
from vidrec.workflow import state
from vidrec.workflow.video import Video

WATCH = "https://www.youtube.com/watch?v="


@dataclass(frozen=True)
class Places:
    """Where the page is, and where the videos are: those of the project, and own ones."""

    page: Path
    videos: Path

    @property
    def originals(self) -> Path:
        """The link to own videos: the same on each machine, whatever it leads to there."""
        return state.HOME / state.originals().name


def plays(manifest: pd.DataFrame, places: Places) -> dict[Video, dict[str, str]]:
    """By video its `file`, a link from the page, and its `address` elsewhere, where it has any."""
    return {
        Video(row["category"], row["video_id"]): _play(row, places)
        for row in manifest.to_dict("records")
        if row["status"] in GOOD
    }


def _play(row: Mapping[Hashable, Any], places: Places) -> dict[str, str]:
    found = {}
    if row["path"]:
        file = file_of(row["path"], row["source"], row["category"], places.videos, places.originals)
        found["file"] = link(file, places.page)
    if row["source"] == YOUTUBE:
        found["address"] = WATCH + row["video_id"]
    return found


def link(file: Path, page: Path) -> str:
    """The relative address of `file` from `page`, whatever bytes its name has."""
    relative = Path(os.path.relpath(file, page.parent))
    return "/".join(quote_from_bytes(os.fsencode(part)) for part in relative.parts)
