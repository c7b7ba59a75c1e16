"""What may become of a video of YouTube, and how the errors of yt-dlp and of media tell it."""

import errno
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

from yt_dlp.networking.exceptions import HTTPError, TransportError
from yt_dlp.utils import (
    ContentTooShortError,
    GeoRestrictedError,
    RegexNotFoundError,
    UnsupportedError,
    UserNotLive,
)

from vidrec.media.status import OK as WHOLE
from vidrec.media.status import PARTIAL as IN_PART
from vidrec.workflow.errors import NO_ACCESS, NO_ROOM


class Status(StrEnum):
    """The closed set: a row of the manifest from YouTube has one of these."""

    # It counts: all of it decodes, or enough of it.
    OK = WHOLE
    PARTIAL = IN_PART
    # The page is there, the video is not: deleted, its account closed, or never there.
    REMOVED = "removed"
    # Only those whom its owner has invited see it.
    PRIVATE = "private"
    # Only paying members of its channel see it.
    MEMBERS_ONLY = "members_only"
    # Not shown in the country that this machine, or the proxy, is in.
    GEO_BLOCKED = "geo_blocked"
    # Only shown to who has signed in and is of age: needs cookies.
    AGE_RESTRICTED = "age_restricted"
    # Announced, and not shown yet.
    PREMIERE = "premiere"
    # On the air now, or was and is not ready.
    LIVE = "live"
    # Encrypted.
    DRM = "drm"
    # To be bought, rented, or for subscribers of YouTube.
    PAYMENT = "payment"
    # Longer or larger than params allow; or its pictures are too large to decode.
    TOO_LONG = "too_long"
    TOO_LARGE = "too_large"
    # YouTube asks whether a person is there.
    BOT_CHECK = "bot_check"
    # YouTube asks for a pause.
    RATE_LIMITED = "rate_limited"
    # The file itself is refused (HTTP 403), after some fresh extractions.
    FORBIDDEN = "forbidden"
    # The page is there, and yt-dlp finds no stream in it.
    FORMAT_MISSING = "format_missing"
    # The same, and yt-dlp has said that it finds no JavaScript runtime.
    JS_RUNTIME = "js_runtime"
    # YouTube's answer is one that this yt-dlp does not understand.
    OUTDATED = "outdated"
    # No answer, none in time, or an error of the server.
    NETWORK = "network"
    # The file that came ends early; its pictures do not decode; has none; is in a codec that is not
    # decoded here; takes longer to decode than any video should.
    TRUNCATED = "truncated"
    CORRUPT = "corrupt"
    NO_VIDEO = "no_video"
    UNSUPPORTED = "unsupported"
    TIMEOUT = "timeout"
    # No room for what comes.
    DISK_FULL = "disk_full"
    # Left alone, as the run was cut short before it.
    NOT_TRIED = "not_tried"
    # Any other: the error has yt-dlp's own words.
    UNKNOWN = "download_error"


# They hold for as long as the video stays what it is: not asked again for a day.
LASTING = frozenset(
    [
        *(Status.REMOVED, Status.PRIVATE, Status.MEMBERS_ONLY, Status.GEO_BLOCKED),
        *(Status.AGE_RESTRICTED, Status.PREMIERE, Status.LIVE, Status.DRM, Status.PAYMENT),
        *(Status.TOO_LONG, Status.TOO_LARGE, Status.UNSUPPORTED),
    ]
)
# Nothing is wrong with the video: another run may have it.
CUT_SHORT = frozenset(
    [
        *(Status.BOT_CHECK, Status.RATE_LIMITED, Status.NETWORK, Status.DISK_FULL),
        Status.NOT_TRIED,
    ]
)
UPDATE = "update yt-dlp with `make requirements PACKAGE=yt-dlp`"
# What a status means, and what to do about it.
MEANINGS = {
    Status.BOT_CHECK: (
        "YouTube asks whether a person is there: wait some hours, or name a file of cookies in"
        " VIDREC_COOKIES"
    ),
    Status.RATE_LIMITED: "YouTube asks for a pause: wait some hours, then run again",
    Status.FORBIDDEN: f"YouTube refuses the file itself: run again, and if that stays so {UPDATE}",
    Status.FORMAT_MISSING: (
        "mostly yt-dlp finds no JavaScript runtime, or is older than YouTube's last change: run"
        f" `make setup`, then {UPDATE}"
    ),
    Status.JS_RUNTIME: "yt-dlp finds no JavaScript runtime: deno comes with `make setup`",
    Status.OUTDATED: f"YouTube's answer is one that this yt-dlp does not understand: {UPDATE}",
    Status.NETWORK: "the network, the proxy or the server does not answer: see whether they do",
    Status.DISK_FULL: "there is no room for downloads: make some, then run again",
}

# What the answers of a server mean.
HTTP = {
    # YouTube's answer to a client that it no longer knows.
    400: Status.OUTDATED,
    401: Status.FORBIDDEN,
    402: Status.PAYMENT,
    403: Status.FORBIDDEN,
    404: Status.REMOVED,
    408: Status.NETWORK,
    410: Status.REMOVED,
    429: Status.RATE_LIMITED,
    451: Status.GEO_BLOCKED,
}
# Where a class of exceptions alone tells it.
CLASSES: tuple[tuple[type[BaseException], Status], ...] = (
    (GeoRestrictedError, Status.GEO_BLOCKED),
    (UserNotLive, Status.LIVE),
    (UnsupportedError, Status.UNSUPPORTED),
    (RegexNotFoundError, Status.OUTDATED),
    (TransportError, Status.NETWORK),
    (ContentTooShortError, Status.NETWORK),
)
# What yt-dlp's message says in that case; the first that fits counts.
TEXTS: tuple[tuple[Status, str], ...] = (
    (Status.BOT_CHECK, r"not a bot|captcha|likely being blocked"),
    (Status.RATE_LIMITED, r"HTTP Error 429|rate.limited|isn.t available, try again later"),
    (Status.DISK_FULL, r"No space left on device|Disk quota exceeded"),
    (Status.FORBIDDEN, r"HTTP Error 403"),
    (Status.JS_RUNTIME, r"JavaScript runtime"),
    (Status.FORMAT_MISSING, r"[Rr]equested format is not available|[Oo]nly images are available"),
    (Status.FORMAT_MISSING, r"No video formats found"),
    (Status.GEO_BLOCKED, r"in your (?:country|region)|your location|geo.?restrict"),
    (Status.AGE_RESTRICTED, r"confirm your age|age.restricted|inappropriate for some users"),
    (Status.MEMBERS_ONLY, r"members.only|[Jj]oin this channel|channel's members"),
    (Status.PRIVATE, r"[Pp]rivate video|video is private"),
    (Status.PAYMENT, r"Premium members|requires? payment|[Pp]urchase|\brent(?:al)?\b"),
    (Status.PREMIERE, r"Premieres|will begin (?:in|shortly)|has not started"),
    (Status.LIVE, r"live (?:stream|event)|is (?:currently )?live"),
    (Status.DRM, r"DRM[ -]protected"),
    (Status.OUTDATED, r"Failed to extract any player|Cannot identify player|Unable to extract"),
    (Status.OUTDATED, r"challenge solving failed|needs to be reloaded"),
    (Status.UNSUPPORTED, r"Unsupported URL|No suitable extractor|is not a valid URL"),
    (Status.REMOVED, r"unavailable|removed|not available|isn.t available|terminated|closed"),
    (Status.REMOVED, r"HTTP Error 4(?:04|10)|no longer|does not exist"),
    (Status.NETWORK, r"[Uu]nable to (?:download|connect)|timed out|resolve|[Cc]onnection"),
    (Status.NETWORK, r"HTTP Error 5|[Dd]id not get any data|too short|bytes read"),
)
# What a warning may tell where an error says only that nothing was found; the first counts.
TOLD_BY_WARNINGS = (Status.RATE_LIMITED, Status.BOT_CHECK, Status.DRM, Status.JS_RUNTIME)
# What media calls what is wrong with a file, where that is more than CORRUPT.
OF_FILES = {
    "truncated": Status.TRUNCATED,
    "no_video": Status.NO_VIDEO,
    "audio": Status.NO_VIDEO,
    "photograph": Status.NO_VIDEO,
    "unknown_codec": Status.UNSUPPORTED,
    "refused_codec": Status.UNSUPPORTED,
    "too_large": Status.TOO_LARGE,
    "timeout": Status.TIMEOUT,
}
# Errors of the system over a file that is written: what no video and no server is to blame for.
LOCAL = NO_ACCESS | {errno.EIO, errno.EMFILE, errno.ENFILE}


def of_error(error: BaseException) -> Status:
    """What an exception of yt-dlp means: its class, or one that it comes from, else its words."""
    for each in _causes(error):
        found = _of_class(each)
        if found is not None:
            return found
    return status_of(str(error))


def status_of(message: str) -> Status:
    """The name of what a message of yt-dlp complains of."""
    for status, pattern in TEXTS:
        if re.search(pattern, message):
            return status
    return Status.UNKNOWN


def of_warnings(messages: Iterable[str]) -> Status | None:
    """Why nothing was found in a page, as far as warnings tell.

    yt-dlp only warns where YouTube refuses one of the requests of an extraction.
    """
    found = {status_of(each) for each in messages}
    return next((each for each in TOLD_BY_WARNINGS if each in found), None)


def of_file(status: str) -> Status:
    """The name of what media calls `status`: what is wrong with a file that has come."""
    return OF_FILES.get(status, Status.CORRUPT)


def local_fault(error: BaseException) -> OSError | None:
    """The error of the file system that an exception of yt-dlp comes from, None for any other."""
    for each in _causes(error):
        if isinstance(each, HTTPError | TransportError):
            return None
        if isinstance(each, OSError) and each.errno in LOCAL:
            return each
    return None


def _of_class(error: BaseException) -> Status | None:
    if isinstance(error, HTTPError):
        return Status.NETWORK if error.status >= 500 else HTTP.get(error.status)
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return Status.DISK_FULL
    return next((status for kind, status in CLASSES if isinstance(error, kind)), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """`error` and what it comes from, nearest first: yt-dlp notes causes in ways of its own."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    for each in waiting:
        if not isinstance(each, BaseException) or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        noted = getattr(each, "exc_info", None) or (None, None, None)
        waiting += [getattr(each, "cause", None), noted[1], each.__cause__, each.__context__]
