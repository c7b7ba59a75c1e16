"""How frames are taken of a video, and kept."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from vidrec.media import frame_directories
from vidrec.media.containers import VideoError
from vidrec.media.extraction import Extraction, Form, Rules, extract_frames, look
from vidrec.media.frames import Frames
from vidrec.settings.extract_frames import FrameSettings
from vidrec.workflow import kept
from vidrec.workflow.files import new_directory


@dataclass(frozen=True)
class Taken:
    """What was taken of a video: `found`, without the frames, of which the directory `folder` has
    1 … `frames`, of `size` bytes in all; `sha256` is their digest. There is none of no frames."""

    found: Extraction
    frames: int
    size: int
    sha256: str
    folder: Path

    @property
    def good(self) -> bool:
        return self.found.good

    @property
    def status(self) -> str:
        return self.found.status


def keep(store: Path, found: Extraction) -> Taken:
    """Write the frames of a video into a directory of `store` that is named by their digest."""
    size = sum(map(len, found.frames))
    sha256 = Frames("", found.frames).digest
    taken = Taken(replace(found, frames=[]), len(found.frames), size, sha256, store / sha256)
    if taken.good and not frame_directories.whole(taken.folder, sha256):
        frame_directories.remove_damaged(taken.folder, sha256)
        with new_directory(taken.folder) as folder:
            frame_directories.write(folder, found.frames)
            (folder / kept.SIZE).write_text(str(size))
    return taken


def pack(taken: Taken) -> bytes:
    """All that is known of a video, as bytes: not its frames, which are in their directory."""
    about = asdict(taken) | {"folder": taken.folder.name}
    return json.dumps(about).encode()


def unpack(store: Path, content: bytes) -> Taken | None:
    """What `pack` has made bytes of; None where not all of its frames are in `store` any more."""
    about = json.loads(content)
    found, folder = Extraction(**about.pop("found")), store / about.pop("folder")
    taken = Taken(found, folder=folder, **about)
    if not frame_directories.holds(folder, taken.frames, taken.size):
        return None
    kept.use(folder)
    return taken


def extract_video(settings: FrameSettings, file: Path) -> Extraction:
    """The frames of one video, or the status of what is wrong with it."""
    return _told(partial(take_frames, file, settings))


def look_at(rules: Rules, file: Path) -> Extraction:
    """What one video is, without its frames."""
    return replace(_told(partial(look, file, rules)), frames=[])


def take_frames(file: Path, settings: FrameSettings) -> Extraction:
    """Frames 1, 2, 3 … of one video. Raises VideoError where too little of it decodes."""
    form = Form(settings.fps, settings.size, settings.fit, settings.jpeg_quality)
    rules = Rules(settings.max_seconds, settings.min_decoded_share, settings.more_codecs)
    return extract_frames(file, form, rules)


def _told(take: Callable[[], Extraction]) -> Extraction:
    try:
        return take()
    except VideoError as error:
        return Extraction([], 0.0, error.status, str(error))
