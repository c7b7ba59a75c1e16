"""A collection of simulated videos, some with faults, and the status that is right for each."""

import random
import struct
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from tests.simulated_youtube import answers
from tests.simulated_youtube.server import Video

from vidrec.media import ffmpeg
from vidrec.videos.youtube_manifest import COLUMNS

CATEGORIES = ("cars", "cooking", "pets")
# Larger than `youtube_max_filesize_mb`, which cannot be less than 1.
TOO_LARGE_BYTES = 1_200_000
FINE = "fine"


@dataclass(frozen=True)
class Planned:
    """A video, what is the matter with it, and each status that says so."""

    video_id: str
    category: str
    rank: int
    fault: str
    right: tuple[str, ...]
    video: Video


def made(seed: int, categories: Sequence[str] = CATEGORIES, ids: int = 130) -> list[Planned]:
    """A collection with every fault once in each category, at places that `seed` draws."""
    clips = [_clip(number) for number in range(4)]
    return [each for category in categories for each in _category(seed, category, ids, clips)]


def manifest_of(collection: Sequence[Planned]) -> pd.DataFrame:
    """The manifest of ids by category, as `vidrec discover` would write it."""
    rows = [(each.category, each.rank, each.video_id, "", 3.0) for each in collection]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _category(seed: int, category: str, ids: int, clips: Sequence[bytes]) -> list[Planned]:
    chance = random.Random(f"{seed} {category}")
    faults = [*FAULTS, *[FINE] * (ids - len(FAULTS))]
    chance.shuffle(faults)
    return [
        _planned(category, rank, fault, clips[rank % len(clips)], chance.randrange(64**4))
        for rank, fault in enumerate(faults, 1)
    ]


def _planned(category: str, rank: int, fault: str, clip: bytes, number: int) -> Planned:
    # Ids may begin with what a command line or a file system has other uses for.
    start = ("-", "_", "a", "A")[number % 4]
    video_id = f"{start}{category[:3]}{rank:03d}{number % 10**4:04d}"
    content = with_mark(clip, video_id)
    if fault == FINE:
        return Planned(video_id, category, rank, fault, ("ok",), Video(content))
    right, make = FAULTS[fault]
    return Planned(video_id, category, rank, fault, right, make(video_id, content))


def with_mark(clip: bytes, mark: str, size: int = 8000) -> bytes:
    """The clip with a box at its end that players skip, so that it has bytes of its own."""
    noise = np.random.default_rng(list(mark.encode())).bytes(size)
    return clip + struct.pack(">I4s", size + 8, b"free") + noise


def _clip(seed: int) -> bytes:
    """Three seconds of coloured squares, moov before mdat: some 4 KB."""
    coarse = np.random.default_rng(seed).integers(0, 256, (9, 6, 8, 3), dtype=np.uint8)
    frames = coarse.repeat(8, axis=1).repeat(8, axis=2)
    return ffmpeg.encode_clip([frame.tobytes() for frame in frames], 64, 48, 3)


def _encoded(*arguments: str) -> bytes:
    """What ffmpeg makes of a source of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "made"
        subprocess.run(
            [ffmpeg.binary(), "-v", "error", "-f", "lavfi", *arguments, file], check=True
        )
        return file.read_bytes()


def _noisy(content: bytes) -> bytes:
    """A video of which no picture decodes."""
    start = content.index(b"mdat") + 4
    return content[:start] + np.random.default_rng(0).bytes(len(content) - start)


def _cut_off(content: bytes) -> bytes:
    """A video that ends after two of its three seconds."""
    return content[: content.index(b"free", content.index(b"mdat")) - 1500]


def _sound(_: str, __: bytes) -> Video:
    return Video(_encoded("-i", "sine=d=3", "-f", "mp4"))


def _exotic(_: str, __: bytes) -> Video:
    picture = ("-i", "testsrc=d=3:s=64x48:r=3")
    return Video(_encoded(*picture, "-c:v", "magicyuv", "-f", "matroska"))


def _large(_: str, content: bytes) -> Video:
    return Video(content + bytes(TOO_LARGE_BYTES))


def _refused(name: str) -> Callable[[str, bytes], Video]:
    return lambda _, content: Video(content, answers.REFUSALS[name])


# What is the matter with a video: each status that says so, and how it is made.
FAULTS: dict[str, tuple[tuple[str, ...], Callable[[str, bytes], Video]]] = {
    "removed by its uploader": (("removed",), _refused("removed by its uploader")),
    "account closed": (("removed",), _refused("account closed")),
    "never there": (("removed",), _refused("never there")),
    "private": (("private",), _refused("private")),
    "for members": (("members_only",), _refused("for members")),
    "for members of a level": (("members_only",), _refused("for members of a level")),
    "blocked in this country": (("geo_blocked",), _refused("blocked in this country")),
    "for grown-ups": (("age_restricted",), _refused("for grown-ups")),
    "premiere": (("premiere",), _refused("premiere")),
    # Both are right of what is live, but not yet.
    "live in two days": (("live", "premiere"), _refused("live in two days")),
    "for Music Premium": (("payment",), _refused("for Music Premium")),
    "to be paid for": (("payment",), _refused("to be paid for")),
    "live now": (
        ("live",),
        lambda _, content: Video(
            content, {"videoDetails": {"isLive": True, "isLiveContent": True}}
        ),
    ),
    "licensed": (("drm",), lambda _, content: Video(content, answers.LICENSED)),
    "DRM": (
        ("drm",),
        lambda name, content: Video(content, answers.protected(name, len(content))),
    ),
    "too long": (
        ("too_long",),
        lambda _, content: Video(content, {"videoDetails": {"lengthSeconds": "5000"}}),
    ),
    "too large": (("too_large",), _large),
    "403": (("forbidden",), lambda _, content: Video(content, refusal=403)),
    "only storyboards": (
        ("format_missing",),
        lambda _, content: Video(content, answers.streams()),
    ),
    "locked": (
        ("js_runtime",),
        lambda name, content: Video(content, answers.locked(name, len(content))),
    ),
    # yt-dlp 2026.10.26 ends with a TypeError where it looks for the script.
    "locked, without a script": (
        ("js_runtime", "outdated", "format_missing", "download_error"),
        lambda name, content: Video(content, answers.locked(name, len(content)), bare=True),
    ),
    "gone": (("network",), lambda _, content: Video(content, gone=True)),
    # The server breaks off at the same place each time: the file has no more, or the network.
    "never whole": (("truncated", "network"), lambda _, content: Video(content, share=0.5)),
    "cut off": (("partial",), lambda _, content: Video(_cut_off(content))),
    "noise": (("corrupt",), lambda _, content: Video(_noisy(content))),
    # Nothing tells a container that is broken from one that is not known.
    "no container": (
        ("corrupt", "unsupported"),
        lambda _, content: Video(np.random.default_rng(1).bytes(len(content))),
    ),
    "sound": (("no_video",), _sound),
    "exotic": (("unsupported",), _exotic),
}
