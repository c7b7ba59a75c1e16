"""The closed set of statuses: by class first, by the words of a message last."""

import errno
from io import BytesIO

import pytest
from yt_dlp.networking.common import Response
from yt_dlp.networking.exceptions import HTTPError, IncompleteRead, ProxyError
from yt_dlp.utils import (
    DownloadError,
    ExtractorError,
    GeoRestrictedError,
    RegexNotFoundError,
    UnavailableVideoError,
)

from vidrec.videos.youtube_status import (
    CUT_SHORT,
    LASTING,
    MEANINGS,
    Status,
    local_fault,
    of_error,
    of_file,
    of_warnings,
    status_of,
)


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ("HTTP Error 429: Too Many Requests", "rate_limited"),
        ("This content isn't available, try again later. The current", "rate_limited"),
        ("[youtube] x: Sign in to confirm you’re not a bot.", "bot_check"),
        ("All responses are invalid. Your IP is likely being blocked by Youtube", "bot_check"),
        ("unable to download video data: HTTP Error 403: Forbidden", "forbidden"),
        ("Sign in to confirm your age. This video may be inappropriate", "age_restricted"),
        ("Private video. Sign in if you've been granted access", "private"),
        ("Video unavailable. This video is private", "private"),
        ("Join this channel to get access to members-only content like this video", "members_only"),
        ("Video unavailable. This video has been removed", "removed"),
        ("Video unavailable", "removed"),
        ("This video is no longer available because the account has been terminated.", "removed"),
        ("Unable to download webpage: timed out", "network"),
        ("Unable to connect to proxy", "network"),
        ("Requested format is not available. Use --list-formats for a list", "format_missing"),
        ("Only images are available for download. use --list-formats", "format_missing"),
        ("The uploader has not made this video available in your country", "geo_blocked"),
        ("Premieres in 3 hours", "premiere"),
        ("This live event will begin in 2 days.", "premiere"),
        ("This live stream recording is not available.", "live"),
        ("This video is only available to Music Premium members", "payment"),
        ("This video requires payment to watch", "payment"),
        ("This video is DRM protected", "drm"),
        ("unable to write data: [Errno 28] No space left on device", "disk_full"),
        ("Failed to extract any player response; please report this issue", "outdated"),
        ("Something else; Confirm you are on the latest version", "download_error"),
    ],
)  # fmt: skip
def test_messages_have_names(message: str, status: str) -> None:
    assert status_of(message) == status


def http(code: int) -> HTTPError:
    return HTTPError(Response(BytesIO(), "http://127.0.0.1/", {}, status=code))


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ExtractorError("Unable to download API page", cause=http(429)), "rate_limited"),
        (ExtractorError("Unable to download API page", cause=http(503)), "network"),
        (ExtractorError("odd", cause=http(410)), "removed"),
        (ExtractorError("Unable to download API page", cause=http(400)), "outdated"),
        (ExtractorError("odd", cause=ProxyError("no")), "network"),
        (ExtractorError("odd", cause=IncompleteRead(3, 9)), "network"),
        (GeoRestrictedError("Video unavailable"), "geo_blocked"),
        (RegexNotFoundError("odd"), "outdated"),
        (DownloadError("odd", (OSError, OSError(errno.ENOSPC, "odd"), None)), "disk_full"),
        (DownloadError("moon in the way"), "download_error"),
    ],
)
def test_classes_come_before_words(error: Exception, status: str) -> None:
    assert of_error(error) == status


def raised_over(fault: OSError) -> BaseException:
    """What yt-dlp raises where it writes a file."""
    with pytest.raises(UnavailableVideoError) as told:
        try:
            raise fault
        except OSError as error:
            raise UnavailableVideoError(error)  # noqa: B904
    found: BaseException = told.value
    return found


def test_a_fault_of_the_folder_is_told_from_one_of_the_network() -> None:
    read_only = OSError(errno.EROFS, "Read-only file system")
    assert local_fault(raised_over(read_only)) is read_only
    assert local_fault(raised_over(OSError(errno.ENOSPC, "full"))) is None
    assert of_error(raised_over(OSError(errno.EDQUOT, "Disk quota exceeded"))) == "disk_full"
    refused = ProxyError("no", cause=OSError(errno.EACCES, "Permission denied"))
    assert local_fault(ExtractorError("odd", cause=refused)) is None


def test_what_media_finds_has_a_name_here() -> None:
    assert of_file("truncated") == "truncated"
    assert of_file("audio") == of_file("photograph") == "no_video"
    assert of_file("refused_codec") == "unsupported"
    assert of_file("unknown_container") == of_file("decode_error") == "corrupt"


def test_what_lasts_is_not_what_was_cut_short() -> None:
    assert not LASTING & CUT_SHORT
    assert CUT_SHORT - {Status.NOT_TRIED} <= MEANINGS.keys()
    assert "VIDREC_COOKIES" in MEANINGS[Status.BOT_CHECK]
    assert "make requirements PACKAGE=yt-dlp" in MEANINGS[Status.FORMAT_MISSING]


def test_warnings_tell_why_nothing_was_found() -> None:
    paused = "[youtube] x: Unable to download API page: HTTP Error 429: Too Many Requests"
    protected = (
        "[youtube] x: Some tv client https formats have been skipped as they are DRM protected."
    )
    assert of_warnings([protected, paused]) == "rate_limited"
    assert of_warnings([protected]) == "drm"
    assert of_warnings(["n challenge solving failed: Ensure a JavaScript runtime"]) == "js_runtime"
    assert of_warnings(["Some formats are possibly damaged"]) is None
