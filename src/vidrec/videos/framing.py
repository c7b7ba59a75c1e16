"""How frames are taken of a video, and kept until all are there."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from vidrec.media import archives
from vidrec.media.containers import VideoError
from vidrec.media.extraction import Extraction, Form, Rules, extract_frames, look
from vidrec.settings.extract_frames import FrameSettings

ABOUT = "about.json"


def pack(found: Extraction) -> bytes:
    """The frames of a video, and what it is, as bytes."""
    about = {"status": found.status, "duration_s": found.duration_s, "error": found.error}
    frames = {f"{n}.jpg": frame for n, frame in enumerate(found.frames, start=1)}
    return archives.pack({ABOUT: json.dumps(about).encode(), **frames})


def unpack(content: bytes) -> Extraction:
    """What `pack` has made bytes of."""
    files = archives.unpack(content)
    return Extraction(**json.loads(files.pop(ABOUT)), frames=list(files.values()))


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
