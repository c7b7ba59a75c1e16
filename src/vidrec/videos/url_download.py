"""The process that downloads what is at a URL: `python -m vidrec.videos.url_download`.

It is one of its own, so that it can be ended when its time is over, whatever it waits for; so that
nothing it prints is seen; and so that what guards its sockets guards no others. In the end it
writes one JSON object to standard output: the `file` that came, or the `error`.
"""

import json
import os
import sys
import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TextIO
from urllib.request import getproxies

import yt_dlp

from vidrec.videos.guarded_client import Budget, Client, Guard, Stopped, too_large
from vidrec.videos.internal_addresses import SWITCH, Place, places, typed
from vidrec.videos.youtube_options import PLAIN, said_by, stream_order

# Tried again after an error, with the 30 s of a silent server: somebody waits.
RETRIES = 3
SILENT_S = 30
# Files and streams that yt-dlp reads by itself.
PROTOCOLS = "[protocol~='^(https?|m3u8(_native)?|http_dash_segments)$']"
# No sound where there is a stream without.
FORMAT = f"bv{PROTOCOLS}/bv*{PROTOCOLS}"
# Pixels of the shorter side that are enough for frames of most sizes.
SHORTER_SIDE = 480
# So it ends where it would hand a stream on to ffmpeg, which it cannot start.
NO_FFMPEG = "ffmpeg could not be found"


@dataclass(frozen=True)
class Rules:
    """The most that may come: bytes of all that is read, and seconds of a video that tells them."""

    max_bytes: int
    max_duration_s: float


def download(url: str, folder: Path, rules: Rules) -> Path:
    """Download the one video at `url` into `folder`. Raises Stopped or an error of yt-dlp."""
    files: list[str] = []
    refused: list[str] = []
    settings = options(folder, rules)
    settings["match_filter"] = partial(_refusal, rules.max_duration_s, refused)
    settings["post_hooks"] = [files.append]
    guard = Guard(None if os.environ.get(SWITCH) == "1" else wanted_places(url))
    sys.addaudithook(guard)
    with Client(settings, Budget(rules.max_bytes), guard) as client:
        client.extract_info(url, download=True)
    if not files:
        raise Stopped(refused[-1] if refused else f"{too_large(rules.max_bytes)}, or no file came")
    return Path(files[-1])


def wanted_places(url: str) -> frozenset[Place]:
    """Where the user himself wants this process to go: the address that he typed, his proxies."""
    proxies = [each for scheme, each in getproxies().items() if scheme != "no"]
    return typed(url).union(place for proxy in proxies for place in places(proxy))


def options(folder: Path, rules: Rules) -> dict[str, Any]:
    """What yt-dlp is told. As a library it reads no config files."""
    return PLAIN | {
        "format": FORMAT,
        "format_sort": stream_order(SHORTER_SIDE),
        "outtmpl": {"default": "video.%(ext)s"},
        "paths": {"home": str(folder)},
        "allowed_extractors": ["default"],
        "retries": RETRIES,
        "fragment_retries": RETRIES,
        "extractor_retries": RETRIES,
        "socket_timeout": SILENT_S,
        "max_filesize": rules.max_bytes,
        "no_warnings": True,
    }


def _refusal(
    max_duration_s: float, refused: list[str], info: dict[str, Any], *, incomplete: bool = False
) -> str | None:
    """Why a video is not wanted, None where it is; noted in `refused`."""
    reason = None
    if info.get("is_live") or info.get("live_status") in ("is_live", "is_upcoming"):
        reason = "a live stream"
    elif (info.get("duration") or 0) > max_duration_s:
        reason = f"{info['duration']:g} s long, more than {max_duration_s:g}"
    if reason is None or incomplete:
        return None
    refused.append(reason)
    return reason


def reason_of(error: Exception) -> str:
    """What is wrong, in one line."""
    if NO_FFMPEG in str(error):
        return "a protected or live stream, which is not read"
    return said_by(error)


def outcome(url: str, folder: Path, rules: Rules) -> dict[str, str]:
    """The `file` that came, or the `error`."""
    try:
        return {"file": download(url, folder, rules).name}
    except (yt_dlp.utils.YoutubeDLError, ValueError, OSError, RecursionError) as error:
        # A ValueError comes from what is not a URL at all, such as `http://[`.
        return {"error": reason_of(error)}


def _shut_mouth() -> TextIO:
    """Standard output for the outcome; what else is printed in this process goes nowhere."""
    kept = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return kept


def _end_with_parent() -> None:
    """Standard input ends when the process ends that started this one."""
    sys.stdin.buffer.read()
    os._exit(1)


def main(url: str, folder: str, max_bytes: str, max_duration_s: str) -> None:
    """Download, and tell the outcome. The arguments are those of the command line."""
    with _shut_mouth() as told:
        threading.Thread(target=_end_with_parent, daemon=True).start()
        rules = Rules(int(max_bytes), float(max_duration_s))
        json.dump(outcome(url, Path(folder), rules), told)


if __name__ == "__main__":
    main(*sys.argv[1:])
