"""What yt-dlp is told: which stream, how patiently; and what it says, as it may be printed."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vidrec.media import extraction, ffmpeg
from vidrec.media.containers import VideoError
from vidrec.videos.manifest import one_line
from vidrec.videos.youtube_access import Access
from vidrec.videos.youtube_status import Status
from vidrec.workflow import state
from vidrec.workflow.errors import UserError, tell

PAUSE = "VIDREC_PAUSE_S"
# Seconds between two videos, least and most, as the maintainers of yt-dlp advise for YouTube.
PAUSE_S = (5.0, 10.0)
# Seconds between two requests for one video, by the same advice.
REQUEST_PAUSE_S = 0.75
# Seconds without a byte, how often a request is repeated then, and how often a stream is gone on
# with. A proxy that never answers costs 40 s a video: an extraction needs two requests.
ANSWER_S, ASKED_AGAIN, RESUMED = 10, 1, 10
# Extractors that are allowed for YouTube: yt-dlp's own, or a plugin's in its place.
YOUTUBE = (r"youtube(\+.+)?",)
# The name that yt-dlp gives a file; what ends in `_id` it leaves as it is.
NAME = "wanted_id"
# `5-10`, `7.5` or `0`.
SPAN = re.compile(r"(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?")
# Up to the last @: a password may have some, too.
CREDENTIALS = re.compile(r"(?<=//)[^/\s]+@")
# What follows the reason in a message: its Python exception, and advice for who runs yt-dlp itself.
BESIDES = re.compile(r"[;.]? (?:\(caused by|please report this issue on|Use --|See +https://git).*")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


# One video and no list, whole or not at all; nothing of the user's is read, nothing is printed.
# What has come is not repaired: yt-dlp would start ffmpeg on it, not confined.
PLAIN: dict[str, Any] = {
    "noplaylist": True,
    "playlist_items": "1",
    "skip_unavailable_fragments": False,
    "hls_prefer_native": True,
    "fixup": "never",
    "updatetime": False,
    "cachedir": False,
    "usenetrc": False,
    "quiet": True,
    "noprogress": True,
}


def watch_url(video_id: str) -> str:
    """The page of a YouTube video."""
    return f"https://www.youtube.com/watch?v={video_id}"


@dataclass(frozen=True)
class Rules:
    """What to download, and how gently. `pause_s`: least and most pause between two videos.

    Of the streams whose shorter side has at least `shorter_side` pixels the smallest is taken;
    where none has, the largest. `decoding` is what a file must be like that was downloaded.
    """

    max_duration_s: float
    shorter_side: int
    max_filesize_mb: int
    decoding: extraction.Rules
    pause_s: tuple[float, float] = PAUSE_S
    url_of: Callable[[str], str] = watch_url
    extractors: tuple[str, ...] = YOUTUBE
    downloads: Path = field(default_factory=state.downloads)


def pause() -> tuple[float, float]:
    """The seconds between two videos that the environment says, least and most."""
    text = os.environ.get(PAUSE, "")
    if not text:
        return PAUSE_S
    found = SPAN.fullmatch(text)
    least, most = (float(found[1]), float(found[2] or found[1])) if found else (1.0, 0.0)
    if most < least:
        raise UserError(f"{PAUSE} is {text!r}: give seconds, least and most, such as 5-10")
    return least, most


def options(rules: Rules, given: Access, log: "Silent") -> dict[str, Any]:
    """What yt-dlp is told. As a library it reads no config files and would not retry at all."""
    told = PLAIN | {
        "format": "bv*",
        "format_sort": stream_order(rules.shorter_side),
        # A part is gone on with by its name: with another stream it would become a mixture.
        "outtmpl": {"default": f"%({NAME})s.%(format_id)s.%(ext)s"},
        "paths": {"home": str(rules.downloads)},
        "allowed_extractors": list(rules.extractors),
        "retries": RESUMED,
        "fragment_retries": RESUMED,
        "extractor_retries": ASKED_AGAIN,
        "file_access_retries": 3,
        "ignoreerrors": False,
        "continuedl": True,
        "socket_timeout": ANSWER_S,
        "sleep_interval_requests": min(REQUEST_PAUSE_S, rules.pause_s[0]),
        "max_filesize": rules.max_filesize_mb * 10**6,
        "ffmpeg_location": ffmpeg.binary(),
        "logger": log,
    }
    return told | given.options()


def stream_order(shorter_side: int) -> list[str]:
    """Which streams come first: by the shorter side (yt-dlp's `res`, of portrait videos too), in
    ordinary colours, over plain HTTP, of 30 pictures a second at most, and of few bytes."""
    return [f"+res:{shorter_side}", "+hdr", "proto", "fps:30", "+size", "+br"]


class Silent:
    """A logger for yt-dlp that says nothing: errors come as exceptions, and as one line."""

    def debug(self, message: str) -> None:
        pass

    def warning(self, message: str) -> None:
        pass

    def error(self, message: str) -> None:
        pass


class Log(Silent):
    """A logger that tells the first warning of a run, and notes what comes as no exception."""

    def __init__(self) -> None:
        self.told = False
        # Whether yt-dlp finds nothing to run YouTube's scripts with (it says so once for all
        # videos), and a file larger than wanted.
        self.lacks_runtime = False
        self.too_large = False
        # What it has warned of since the video at hand was begun.
        self.warnings: list[str] = []

    def debug(self, message: str) -> None:
        self.too_large = self.too_large or "larger than max-filesize" in message

    def warning(self, message: str) -> None:
        self.warnings.append(message)
        if "Retrying" in message:
            # Where that is in vain, an error says so.
            return
        lacking = "No supported JavaScript runtime" in message and not self.lacks_runtime
        self.lacks_runtime = self.lacks_runtime or lacking
        if lacking or not self.told:
            self.told = True
            tell(f"yt-dlp warns: {said(message)}")


def said_by(error: Exception) -> str:
    """What yt-dlp complains of, in one line."""
    return said(str(error))


def said(message: str) -> str:
    """A message of yt-dlp in one line, without colours, advice, and what opens a proxy."""
    plain = CREDENTIALS.sub("…@", COLOURS.sub("", message))
    found = BESIDES.sub("", " ".join(plain.split()))
    return one_line(found.removeprefix("ERROR: ").removeprefix("WARNING: "))


def refusal(info: dict[str, Any], max_duration_s: float) -> VideoError | None:
    """Why a video is not wanted, None where it is."""
    duration = info.get("duration")
    if info.get("live_status") == "is_upcoming":
        return VideoError(Status.PREMIERE, "not shown yet")
    if info.get("is_live") or info.get("live_status") in ("is_live", "post_live"):
        return VideoError(Status.LIVE, "a live stream")
    if duration is not None and duration > max_duration_s:
        return VideoError(Status.TOO_LONG, f"{duration:g} s long, more than {max_duration_s:g}")
    return None
