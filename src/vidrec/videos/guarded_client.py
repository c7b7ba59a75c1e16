"""A yt-dlp that counts all that it reads, and connects to nothing inside the user's network."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yt_dlp
from yt_dlp.networking.exceptions import RequestError
from yt_dlp.utils.networking import select_proxy

from vidrec.videos.internal_addresses import SWITCH, Place, is_refused, places

# Read at a time from a page, and the most that one may have: it is held in memory. The largest that
# sites send (a player script, a manifest of hours) have some megabytes.
BLOCK_BYTES = 1 << 20
PAGE_BYTES = 64 << 20
# What yt-dlp may start: it solves the scripts of YouTube, without a network. ffmpeg, rtmpdump and
# PhantomJS would open addresses that nothing here guards.
PROGRAMS = ("deno",)


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
