"""One yt-dlp for a whole run: what it has learnt of YouTube's player serves all videos."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yt_dlp

from vidrec.media.containers import VideoError
from vidrec.videos.youtube_access import COOKIES, Access
from vidrec.videos.youtube_options import (
    NAME,
    Log,
    Rules,
    options,
    refusal,
    said,
    said_by,
)
from vidrec.videos.youtube_status import MEANINGS, Status, local_fault, of_error, of_warnings
from vidrec.workflow.errors import UserError

# How often a video is asked for anew after HTTP 403, which a fresh extraction mostly clears.
EXTRACTIONS = 3
# What ends with one video: errors of yt-dlp, and those of its code where a site answers otherwise
# than that expects, or where what is asked for is not a URL.
ERRORS = (
    yt_dlp.utils.YoutubeDLError,
    *(ValueError, TypeError, AttributeError, LookupError, AssertionError, OSError),
)


class TooLargeError(yt_dlp.utils.DownloadCancelled):  # type: ignore[misc]
    """More has come than the rules allow: not every server tells the size before."""


class Client:
    """Downloads one video after another, by the same rules."""

    def __init__(self, rules: Rules, given: Access, log: Log) -> None:
        self._rules, self._log = rules, log
        self._refused: VideoError | None = None
        told = options(rules, given, log)
        told |= {"match_filter": self._filter, "progress_hooks": [self._count]}
        self.yt_dlp = yt_dlp.YoutubeDL(told)

    def download(self, url: str, name: str) -> None:
        """Download the video at `url` as `name`.<format>.<ext>; go on with a part of that.

        Raises VideoError for what is wrong with the video, the server or the way to it, and
        UserError for what is wrong with the folder.
        """
        for tried in range(1, EXTRACTIONS + 1):
            try:
                self._download_once(url, name)
            except VideoError as error:
                if error.status != Status.FORBIDDEN or tried == EXTRACTIONS:
                    raise
            else:
                return

    def _download_once(self, url: str, name: str) -> None:
        self._refused, self._log.too_large = None, False
        self._log.warnings.clear()
        try:
            self.yt_dlp.extract_info(url, extra_info={NAME: name})
        except TooLargeError:
            self._log.too_large = True
        except ERRORS as error:
            raise self._failure(error) from None
        if self._refused:
            raise self._refused
        if self._log.too_large:
            raise VideoError(
                Status.TOO_LARGE, f"larger than {self._rules.max_filesize_mb} MB: not taken"
            )

    def _failure(self, error: Exception) -> VideoError:
        """What an error of yt-dlp means. Raises UserError where it is over the folder."""
        fault = local_fault(error)
        if fault is not None:
            raise UserError(
                f"{self._rules.downloads} cannot be written ({fault.strerror}): give access to it,"
                " or see whether its disk answers, then run again"
            )
        status = of_error(error)
        if status in (Status.FORMAT_MISSING, Status.OUTDATED):
            status = of_warnings(self._log.warnings) or status
        if status is Status.FORMAT_MISSING and self._log.lacks_runtime:
            status = Status.JS_RUNTIME
        own = isinstance(error, yt_dlp.utils.YoutubeDLError)
        message = said_by(error) if own else said(f"{type(error).__name__}: {error}")
        return VideoError(status, explained(status, message))

    def _filter(self, info: dict[str, Any], *, incomplete: bool = False) -> str | None:
        """All conditions in one filter (yt-dlp would take any one of several)."""
        found = None if incomplete else refusal(info, self._rules.max_duration_s)
        self._refused = found or self._refused
        return None if found is None else found.message

    def _count(self, progress: dict[str, Any]) -> None:
        """Stop a download that has become too large."""
        if (progress.get("downloaded_bytes") or 0) > self._rules.max_filesize_mb * 10**6:
            raise TooLargeError


@contextmanager
def opened(rules: Rules, given: Access, log: Log) -> Iterator[Client]:
    """A client, until the block ends. Raises UserError where the cookies are none."""
    client = Client(rules, given, log)
    if given.cookies:
        _check_cookies(client)
    with client.yt_dlp:
        yield client


def _check_cookies(client: Client) -> None:
    """Raise UserError, without a word of what is in them, unless yt-dlp takes the cookies."""
    try:
        found = len(client.yt_dlp.cookiejar)
    except yt_dlp.utils.YoutubeDLError:
        found = 0
    if not found:
        raise UserError(f"{COOKIES} names a file without cookies: export it again as cookies.txt")


def explained(status: Status, message: str) -> str:
    """What yt-dlp has said, behind what that means and what to do, where that is known."""
    meaning = MEANINGS.get(status)
    return said(f"{meaning} ({message})") if meaning else message
