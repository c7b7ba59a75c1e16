"""Where `vidrec discover` looks: searches, playlists and channels of YouTube, through yt-dlp."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import yt_dlp

from vidrec.videos.youtube_access import Access
from vidrec.videos.youtube_options import ANSWER_S, REQUEST_PAUSE_S, Silent, said_by
from vidrec.videos.youtube_status import CUT_SHORT, MEANINGS, of_error
from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import SAFE_NAME

HOSTS = ("www.youtube.com", "youtube.com", "m.youtube.com", "music.youtube.com", "youtu.be")
# The path of a channel, by its handle or an older name; other tabs than its videos are left alone.
CHANNEL = re.compile(r"/(@[^/]+|(?:channel|c|user)/[^/]+)(?:/(?:videos|featured))?/?")
# YouTube sends a channel on to that of the region, at most; more would be a loop.
REDIRECTS = 3
# What a list says of one video: yt-dlp's fields, such as `id`, `title`, `duration` (s, or None).
Hit = dict[str, Any]


class UnreachableError(UserError):
    """YouTube cannot be asked by now, whatever for."""


@dataclass(frozen=True)
class Source:
    """`text` as the user has written it, and the `url` of a playlist or channel; a search has none.

    A channel has all that it finds from one channel, whatever share others may have.
    """

    text: str
    url: str = ""
    is_channel: bool = False


def source_of(text: str) -> Source:
    """The search, the playlist or the channel (its videos, not its shorts) that `text` names.

    Raises UserError for the address of anything else.
    """
    address = _address_of(text)
    if address is None:
        return Source(text)
    playlist = parse_qs(address.query).get("list", [""])[0]
    if SAFE_NAME.fullmatch(playlist):
        return Source(text, f"https://www.youtube.com/playlist?list={playlist}")
    channel = CHANNEL.fullmatch(address.path)
    if channel is None:
        raise _no_source(text)
    return Source(text, f"https://www.youtube.com/{channel[1]}/videos", is_channel=True)


def _address_of(text: str) -> SplitResult | None:
    """The parts of an address on YouTube; None for words to search for. Raises UserError."""
    try:
        address = urlsplit(text if "://" in text else f"https://{text}")
        at_youtube = address.hostname in HOSTS and address.scheme in ("http", "https")
    except ValueError:
        at_youtube = False
    if at_youtube:
        return address
    if "://" in text:
        raise _no_source(text)
    return None


def _no_source(text: str) -> UserError:
    return UserError(
        f"{text} is neither a playlist nor a channel of YouTube: give one such as"
        " https://www.youtube.com/playlist?list=… or https://www.youtube.com/@…, or words to"
        " search for; a single video is added with `vidrec add`"
    )


def hits_of(given: Access, source: Source, count: int) -> Iterator[Hit]:
    """The first `count` hits of a source in its order, asked for page by page as they are taken.

    Raises UserError where YouTube gives none, or no more; UnreachableError where any other source
    would fail as well.
    """
    try:
        with yt_dlp.YoutubeDL(_options(given)) as client:
            listed = _list_of(client, source.url or f"ytsearch{count}:{source.text}")
            yield from islice(filter(None, listed.get("entries") or []), count)
    except yt_dlp.utils.YoutubeDLError as error:
        raise _failed(source, error) from None


def _list_of(client: yt_dlp.YoutubeDL, url: str) -> dict[str, Any]:
    """What yt-dlp says of a list before it looks at its entries; these come when they are taken."""
    found: dict[str, Any] = client.extract_info(url, download=False, process=False) or {}
    for _ in range(REDIRECTS):
        if found.get("_type") != "url":
            break
        found = client.extract_info(found["url"], download=False, process=False) or {}
    return found


def _options(given: Access) -> dict[str, Any]:
    return {
        "allowed_extractors": [r"youtube([:+].+)?"],
        "extract_flat": True,
        "quiet": True,
        "no_warnings": True,
        "extractor_retries": 3,
        "socket_timeout": ANSWER_S,
        "sleep_interval_requests": REQUEST_PAUSE_S,
        "cachedir": False,
        "usenetrc": False,
        "logger": Silent(),
    } | given.options()


def _failed(source: Source, error: Exception) -> UserError:
    status = of_error(error)
    kind = UnreachableError if status in CUT_SHORT else UserError
    what = (
        f"{source.text} gives no list" if source.url else f"the search for {source.text!r} failed"
    )
    advice = MEANINGS.get(status, "see whether it is right, or take another")
    return kind(f"{what} ({status}: {said_by(error)}): {advice}")
