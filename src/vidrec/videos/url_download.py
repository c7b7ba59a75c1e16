"""The process that downloads what is at a URL: `python -m vidrec.videos.url_download`.

It is one of its own, so that it can be ended when its time is over, whatever it waits for; so that
nothing it prints is seen; and so that what guards its sockets guards no others. In the end it
writes one JSON object to standard output: the `file` that came, or the `error`.
"""

import json
import os
import re
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TextIO
from urllib.request import getproxies

import yt_dlp
from yt_dlp.networking.exceptions import RequestError
from yt_dlp.utils.networking import select_proxy

from vidrec.videos.internal_addresses import Place, is_refused, places, typed

# Set to 1 by whoever trusts what is in his own network, and whatever a URL may lead to there.
SWITCH = "VIDREC_ALLOW_INTERNAL"
# Read at a time from a page, and the most that one may have: it is held in memory. The largest that
# sites send (a player script, a manifest of hours) have some megabytes.
BLOCK_BYTES = 1 << 20
PAGE_BYTES = 64 << 20
# Tried again after an error, with the 30 s of a silent server: somebody waits.
RETRIES = 3
SILENT_S = 30
# What yt-dlp may start: it solves the scripts of YouTube, without a network. ffmpeg, rtmpdump and
# PhantomJS would open addresses that nothing here guards.
PROGRAMS = ("deno",)
# Files and streams that yt-dlp reads by itself.
PROTOCOLS = "[protocol~='^(https?|m3u8(_native)?|http_dash_segments)$']"
# No sound where there is a stream without. The height of the others is no more than frames need.
FORMAT = f"bv{PROTOCOLS}/bv*{PROTOCOLS}"
PREFERRED = ("res:480", "hdr:SDR", "fps:30", "+size")
# What follows the reason in a message: its Python exception, and advice for who runs yt-dlp itself.
BESIDES = re.compile(r"[;.]? (?:\(caused by|please report this issue on|Use --|See +https://git).*")


@dataclass(frozen=True)
class Rules:
    """The most that may come: bytes of all that is read, and seconds of a video that tells them."""

    max_bytes: int
    max_duration_s: float


class Stopped(yt_dlp.utils.DownloadCancelled):  # type: ignore[misc]
    """Ends the whole download; says why."""


class Budget:
    """Counts what comes. Raises Stopped for more than `max_bytes`."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._left = max_bytes

    def spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise Stopped(too_large(self._max_bytes))


def too_large(max_bytes: int) -> str:
    """What is said of what has more."""
    return f"more than {max_bytes / 10**6:g} MB"


def counted(response: Any, spend: Callable[[int], None]) -> Any:
    """`response` of yt-dlp, of which each byte read is told to `spend`, however long it says it is.

    Raises Stopped for a page that is no page.
    """
    read = response.read

    def limited(count: int | None = None) -> bytes:
        if count is None:
            return _page(limited)
        block: bytes = read(count)
        spend(len(block))
        return block

    response.read = limited
    return response


def _page(read: Callable[[int], bytes]) -> bytes:
    blocks, size = [], 0
    while block := read(BLOCK_BYTES):
        blocks.append(block)
        size += len(block)
        if size > PAGE_BYTES:
            raise Stopped(f"a page or a list of {too_large(PAGE_BYTES)}")
    return b"".join(blocks)


class Guard:
    """Lets no socket of this process be connected inside, but to the places `allowed`.

    Asked at each connection for the address itself: a name may lead elsewhere the second time.
    Without `allowed` every address may be asked; programs are never started.
    """

    def __init__(self, allowed: frozenset[Place] | None) -> None:
        self._allowed = allowed
        self.refused = ""

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take an audit event of Python; raises OSError for what must not be."""
        if event == "socket.connect" and isinstance(arguments[1], tuple):
            self._look_at(arguments[1])
        elif event == "subprocess.Popen" and Path(arguments[0]).stem not in PROGRAMS:
            raise PermissionError(f"{arguments[0]} is not started for a URL")

    def _look_at(self, place: tuple[Any, ...]) -> None:
        if self.refuses(place):
            self.refused = str(place[0])
            raise ConnectionRefusedError(inside(self.refused))

    def refuses(self, place: tuple[Any, ...]) -> bool:
        return self._allowed is not None and is_refused(place, self._allowed)


def inside(address: str) -> str:
    """The error for what leads to an internal address."""
    return (
        f"it leads to {address}, inside this machine or its network: set {SWITCH}=1 if you trust"
        " all that it may lead to"
    )


class Client(yt_dlp.YoutubeDL):  # type: ignore[misc]
    """A yt-dlp that counts all it reads, and asks no internal address.

    A proxy connects in its stead: then the name is looked at as far as this machine knows it.
    """

    def __init__(self, settings: dict[str, Any], budget: Budget, guard: Guard) -> None:
        self._budget = budget
        self._guard = guard
        super().__init__(settings)

    def build_request_director(self, handlers: Sequence[Any], preferences: Any = None) -> Any:
        """Only with what connects through Python's sockets, to http and https."""
        kept = [handler for handler in handlers if handler.RH_KEY == "Requests"]
        return super().build_request_director(kept, preferences)

    def urlopen(self, req: Any) -> Any:
        try:
            self._check_proxied(req if isinstance(req, str) else req.url)
            response = super().urlopen(req)
            self._check_proxied(response.url)
        except RequestError:
            if self._guard.refused:
                raise Stopped(inside(self._guard.refused)) from None
            raise
        return counted(response, self._budget.spend)

    def _check_proxied(self, url: str) -> None:
        if select_proxy(url, self.proxies) and any(map(self._guard.refuses, places(url))):
            raise Stopped(inside(url))


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
    return {
        "format": FORMAT,
        "format_sort": list(PREFERRED),
        "outtmpl": {"default": "video.%(ext)s"},
        "paths": {"home": str(folder)},
        "allowed_extractors": ["default"],
        "noplaylist": True,
        "playlist_items": "1",
        "retries": RETRIES,
        "fragment_retries": RETRIES,
        "extractor_retries": RETRIES,
        "skip_unavailable_fragments": False,
        "socket_timeout": SILENT_S,
        "max_filesize": rules.max_bytes,
        "hls_prefer_native": True,
        "fixup": "never",
        "updatetime": False,
        "cachedir": False,
        "usenetrc": False,
        "quiet": True,
        "no_warnings": True,
        "noprogress": True,
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


def said_by(error: Exception) -> str:
    """What is wrong, in one line without colours."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).removeprefix("ERROR: ")
    return BESIDES.sub("", " ".join(plain.split()))


def outcome(url: str, folder: Path, rules: Rules) -> dict[str, str]:
    """The `file` that came, or the `error`."""
    try:
        return {"file": download(url, folder, rules).name}
    except (yt_dlp.utils.YoutubeDLError, ValueError, OSError, RecursionError) as error:
        # A ValueError comes from what is not a URL at all, such as `http://[`.
        return {"error": said_by(error)}


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
