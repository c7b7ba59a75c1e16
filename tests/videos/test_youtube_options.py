"""What yt-dlp is told, and what of it is never printed."""

import re
from dataclasses import replace
from typing import Any

import pytest
import yt_dlp

from vidrec.media import extraction
from vidrec.videos.youtube_access import Access
from vidrec.videos.youtube_options import (
    Log,
    Rules,
    Silent,
    options,
    pause,
    refusal,
    stream_order,
)
from vidrec.workflow.errors import UserError

RULES = Rules(600, 224, 50, extraction.Rules(600, 0.25))


def test_only_youtube_is_asked_by_default() -> None:
    given = options(RULES, Access(), Silent())
    (allowed,) = given["allowed_extractors"]
    taken = [name for name in ("youtube", "youtube+mine", "youtube:tab", "generic", "youtubex")
             if re.fullmatch(allowed, name)]  # fmt: skip
    assert taken == ["youtube", "youtube+mine"]
    assert given["retries"] == given["fragment_retries"] == 10
    assert given["outtmpl"] == {"default": "%(wanted_id)s.%(format_id)s.%(ext)s"}
    unwanted = {"cookiefile", "cookiesfrombrowser", "external_downloader", "proxy"}
    assert not unwanted & set(given)
    assert given["usenetrc"] is False
    assert RULES.url_of("abc") == "https://www.youtube.com/watch?v=abc"


def test_yt_dlp_still_knows_each_option() -> None:
    """What an update drops, it would ignore without a word."""
    parsed = set(yt_dlp.parse_options([]).ydl_opts)
    described = set(re.findall(r"^ {4}(\w+):", str(yt_dlp.YoutubeDL.__doc__), re.MULTILINE))
    downloader = re.findall(r"^ {4}(\w+):", str(yt_dlp.downloader.FileDownloader.__doc__), re.M)
    known = parsed | described | set(downloader)
    given = options(RULES, Access("cookies", "http://127.0.0.1:1"), Silent())
    assert set(given) | {"match_filter", "progress_hooks"} <= known


def stream(name: str, width: int, height: int, **more: Any) -> dict[str, Any]:
    usual = {"ext": "mp4", "vcodec": "avc1", "acodec": "none", "protocol": "https", "fps": 30}
    size = {"filesize": width * height, "dynamic_range": "SDR"}
    return {"format_id": name, "width": width, "height": height, **usual, **size, **more}


@pytest.mark.parametrize(
    ("streams", "taken"),
    [
        ([stream("144", 256, 144), stream("240", 426, 240), stream("360", 640, 360)], "240"),
        # A portrait video's shorter side is its width.
        ([stream("144", 144, 256), stream("240", 240, 426), stream("360", 360, 640)], "240"),
        ([stream("720", 1280, 720)], "720"),
        ([stream("720", 1280, 720), stream("1080", 1920, 1080)], "720"),
        ([stream("96", 170, 96), stream("144", 256, 144)], "144"),
        ([stream("hdr", 426, 240, dynamic_range="HDR10"), stream("sdr", 426, 240)], "sdr"),
        ([stream("60", 426, 240, fps=60), stream("30", 426, 240)], "30"),
        ([stream("15", 426, 240, fps=15), stream("30", 426, 240)], "30"),
        ([stream("hls", 426, 240, protocol="m3u8", filesize=1), stream("http", 426, 240)], "http"),
        ([stream("big", 426, 240, filesize=9_000_000), stream("small", 426, 240)], "small"),
        ([stream("sound", 426, 240, acodec="mp4a")], "sound"),
    ],
)  # fmt: skip
def test_which_stream_is_taken(streams: list[dict[str, Any]], taken: str) -> None:
    for order in (streams, streams[::-1]):
        info = {"id": "a", "title": "a", "extractor": "youtube", "formats": [
            {**each, "url": f"http://127.0.0.1:9/{each['format_id']}.mp4"} for each in order
        ]}  # fmt: skip
        with yt_dlp.YoutubeDL(options(RULES, Access(), Silent())) as client:
            found = client.process_ie_result(info, download=False)
        assert found["format_id"] == taken


def test_the_shorter_side_is_a_matter_of_params() -> None:
    assert stream_order(480)[0] == "+res:480"
    assert options(replace(RULES, shorter_side=144), Access(), Silent())["format_sort"][0].endswith(
        "144"
    )


def test_refusals() -> None:
    def refused(**info: Any) -> tuple[str, str] | None:
        found = refusal(info, 600)
        return None if found is None else (found.status, found.message)

    assert refused(duration=601) == ("too_long", "601 s long, more than 600")
    assert refused(is_live=True) == ("live", "a live stream")
    assert refused(live_status="is_upcoming") == ("premiere", "not shown yet")
    assert refused(duration=10, live_status="was_live") is None


def test_the_pause_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIDREC_PAUSE_S", raising=False)
    assert pause() == RULES.pause_s == (5, 10)
    for text, meant in {"5-10": (5, 10), "30": (30, 30), "0": (0, 0), "0.5-1": (0.5, 1)}.items():
        monkeypatch.setenv("VIDREC_PAUSE_S", text)
        assert pause() == meant
    for text in ("10-5", "-1", "long"):
        monkeypatch.setenv("VIDREC_PAUSE_S", text)
        with pytest.raises(UserError, match="such as 5-10"):
            pause()


def test_the_first_warning_is_told_and_one_of_the_runtime(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = Log()
    log.warning("[youtube] Read timed out. Retrying (1/1)...")
    log.warning("\x1b[0;33mWARNING:\x1b[0m first at http://me:secret@127.0.0.1")
    log.warning("second")
    log.warning("No supported JavaScript runtime could be found.")
    log.warning("No supported JavaScript runtime could be found.")
    assert capsys.readouterr().err.splitlines() == [
        "yt-dlp warns: first at http://…@127.0.0.1",
        "yt-dlp warns: No supported JavaScript runtime could be found.",
    ]
    assert log.lacks_runtime
