"""How frames are taken of a video, and kept until all are there."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from vidrec.media import archives
from vidrec.media.containers import VideoError
from vidrec.media.extraction import Extraction, Form, Rules, extract_frames, look
from vidrec.media.status import GOOD, OK
from vidrec.settings.extract_frames import FrameSettings

ABOUT = "about.json"


@dataclass(frozen=True)
class Extracted:
    """Frames 1, 2, 3 … of a video as JPEG, and what the video is.

    `status` is `ok`, `partial` or what is wrong with it, then without frames; `error` says so in
    words.
    """

    frames: list[bytes]
    status: str = OK
    duration_s: float = 0.0
    error: str = ""

    @property
    def good(self) -> bool:
        return self.status in GOOD

    def pack(self) -> bytes:
        """All of it as bytes."""
        about = {"status": self.status, "duration_s": self.duration_s, "error": self.error}
        frames = {f"{n}.jpg": frame for n, frame in enumerate(self.frames, start=1)}
        return archives.pack({ABOUT: json.dumps(about).encode(), **frames})

    @classmethod
    def unpack(cls, content: bytes) -> "Extracted":
        files = archives.unpack(content)
        return cls(**json.loads(files.pop(ABOUT)), frames=list(files.values()))


def extract_video(settings: FrameSettings, file: Path) -> Extracted:
    """The frames of one video, or the status of what is wrong with it."""
    return _told(partial(take_frames, file, settings))


def look_at(rules: Rules, file: Path) -> Extracted:
    """What one video is, without its frames."""
    return replace(_told(partial(look, file, rules)), frames=[])


def take_frames(file: Path, settings: FrameSettings) -> Extraction:
    """Frames 1, 2, 3 … of one video. Raises VideoError where too little of it decodes."""
    form = Form(settings.fps, settings.size, settings.fit, settings.jpeg_quality)
    rules = Rules(settings.max_seconds, settings.min_decoded_share, settings.more_codecs)
    return extract_frames(file, form, rules)


def _told(take: Callable[[], Extraction]) -> Extracted:
    try:
        found = take()
    except VideoError as error:
        return Extracted([], error.status, error=str(error))
    return Extracted(found.frames, found.status, found.duration_s, found.error)
