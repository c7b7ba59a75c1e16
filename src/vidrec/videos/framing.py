"""How frames are taken of a video, and kept until all are there."""

from dataclasses import dataclass
from pathlib import Path

from vidrec.media import archives, ffmpeg
from vidrec.media.containers import VideoError
from vidrec.settings.extract_frames import FrameSettings


@dataclass(frozen=True)
class Extracted:
    """Frames 1, 2, 3 … of a video as JPEG; none where `failure` names what is wrong with it."""

    frames: list[bytes]
    failure: str = ""

    @property
    def good(self) -> bool:
        return not self.failure

    def pack(self) -> bytes:
        """The frames as bytes."""
        return archives.pack({f"{n}.jpg": frame for n, frame in enumerate(self.frames, start=1)})

    @classmethod
    def unpack(cls, content: bytes) -> "Extracted":
        return cls(list(archives.unpack(content).values()))


def extract_video(settings: FrameSettings, file: Path) -> Extracted:
    """The frames of one video, or the status of what is wrong with it."""
    try:
        return Extracted(frames_of(file, settings))
    except VideoError as error:
        return Extracted([], error.status)


def frames_of(file: Path, settings: FrameSettings) -> list[bytes]:
    """Frames 1, 2, 3 … of one video as JPEG. Raises VideoError where it does not decode."""
    return ffmpeg.extract_frames(
        file,
        fps=settings.fps,
        size=settings.size,
        fit=settings.fit,
        quality=settings.jpeg_quality,
        max_seconds=settings.max_seconds,
    )
