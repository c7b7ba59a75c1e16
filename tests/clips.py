"""Videos to try things on, and what is found in them."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vidrec.media import ffmpeg
from vidrec.media.extraction import Extraction, Form, Rules, extract_frames
from vidrec.media.frames import Frames
from vidrec.settings.extract_frames import FrameSettings
from vidrec.videos.framing import extract_video

FORM = Form(fps=3, size=32, fit="stretch", quality=2)
RULES = Rules(max_seconds=60, min_decoded=0.25)


def all_pictures(frames: Frames) -> NDArray[np.uint8]:
    """All frames of one video, (frames, height, width, 3)."""
    count = len(frames.files)
    return next(frames.batches(range(1, count + 1), count))


def clip(path: Path, count: int, fps: float, width: int = 64, height: int = 48) -> Path:
    """A video whose picture number i is grey of value 2 * i."""
    frames = (bytes([min(255, 2 * i)]) * (width * height * 3) for i in range(count))
    path.write_bytes(ffmpeg.encode_clip(frames, width, height, fps))
    return path


def take(path: Path, form: Form = FORM, rules: Rules = RULES) -> Extraction:
    return extract_frames(path, form, rules)


def pictures(path: Path, form: Form = FORM, rules: Rules = RULES) -> list[NDArray[np.uint8]]:
    """The frames of a video, each (size, size, 3)."""
    frames = take(path, form, rules).frames
    return [np.asarray(Image.open(io.BytesIO(frame)).convert("RGB")) for frame in frames]


def looks(files: Sequence[tuple[str, Path]]) -> list[Extraction]:
    """What each file is that a scan of a directory asks about."""
    settings = FrameSettings(3, 32, "stretch", 3, 60.0, 0.25, ())
    return [extract_video(settings, path) for _, path in files]
