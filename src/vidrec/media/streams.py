"""What ffmpeg says of a file: its length, its video streams, and which of them a player shows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)", re.MULTILINE)
STREAM = re.compile(
    r"^ {2,6}Stream #0:(?P<index>\d+)(?:\[[^\]\n]*\])?(?:\([^\n]*?\))?: "
    r"Video: (?P<codec>[\w-]+)(?P<rest>.*)\n"
    r"(?P<side>(?: {4}(?! *Stream #).*\n)*)",
    re.MULTILINE,
)
# The pixel format, and in brackets after it range, matrix/primaries/transfer, order of fields.
PIXELS = re.compile(
    r", [a-z]\w*(?:\((?P<tags>(?:[^()]|\([^()]*\))*)\))?, (?P<width>\d+)x(?P<height>\d+)"
)
# What the brackets hold that names no colours.
NO_COLOURS = re.compile(
    r"tv|pc|progressive|top .*|bottom .*|left|center|topleft|top|bottom|unspecified"
)
UNKNOWN = "unknown"
# Streams that are a picture beside the video, by the words behind them.
BESIDE = re.compile(r"\((?:attached pic|timed thumbnails|still image)\)")


@dataclass(frozen=True)
class Stream:
    """A video stream: its number in the file, codec, size in pixels, and tags of colour.

    `matrix`, `primaries` and `transfer` are as ffmpeg names them, `unknown` where there is no tag;
    `turned` is whether a player turns or mirrors the picture.
    """

    index: int
    codec: str
    width: int = 0
    height: int = 0
    matrix: str = UNKNOWN
    primaries: str = UNKNOWN
    transfer: str = UNKNOWN
    is_default: bool = False
    is_beside: bool = False
    turned: bool = False


@dataclass(frozen=True)
class Described:
    """A file as ffmpeg describes it: length in seconds (0: not known) and video streams."""

    duration_s: float
    streams: Sequence[Stream]

    @property
    def shown(self) -> Stream | None:
        """The stream that a player shows: the default one, then the largest, then the first."""
        videos = [each for each in self.streams if not each.is_beside]
        best = sorted(videos, key=lambda x: (not x.is_default, -x.width * x.height, x.index))
        return best[0] if best else None


def parse(log: str) -> Described:
    """What the log of an ffmpeg says that was given an input and nothing to do."""
    return Described(_duration(log), [_stream(found) for found in STREAM.finditer(log + "\n")])


def _duration(log: str) -> float:
    found = DURATION.search(log)
    hours, minutes, seconds = (float(part) for part in found.groups()) if found else (0, 0, 0)
    return 3600 * hours + 60 * minutes + seconds


def _stream(found: re.Match[str]) -> Stream:
    rest = found["rest"]
    pixels = PIXELS.search(rest)
    matrix, primaries, transfer = _colours((pixels["tags"] or "") if pixels else "")
    return Stream(
        int(found["index"]),
        found["codec"],
        int(pixels["width"]) if pixels else 0,
        int(pixels["height"]) if pixels else 0,
        matrix,
        primaries,
        transfer,
        is_default="(default)" in rest,
        is_beside=bool(BESIDE.search(rest)),
        turned="Display Matrix" in found["side"],
    )


def _colours(tags: str) -> tuple[str, str, str]:
    """Matrix, primaries and transfer: written once where they are the same."""
    each = filter(None, map(str.strip, tags.split(",")))
    named = (tag for tag in each if not NO_COLOURS.fullmatch(tag))
    parts = next(named, UNKNOWN).split("/")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else (parts[0],) * 3
