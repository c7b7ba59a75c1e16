"""Searches, playlists and channels, read by yt-dlp's own extractors from pages as YouTube's."""

import io
import json
from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest
import yt_dlp
from yt_dlp.networking import Response

from vidrec.commands import youtube_sources
from vidrec.commands.youtube_sources import Source, UnreachableError, hits_of, source_of
from vidrec.videos.youtube_access import Access
from vidrec.workflow.errors import UserError

PLAYLIST = "https://www.youtube.com/playlist?list=PLabc_-1"
CHANNEL = "https://www.youtube.com/@some.one/videos"
Json = dict[str, Any]


@pytest.mark.parametrize(
    ("text", "url", "is_channel"),
    [
        ("cat playing", "", False),
        ("@some.one", "", False),
        ("ytsearch5:cat", "", False),
        (PLAYLIST, PLAYLIST, False),
        ("https://youtu.be/abcdefghijk?list=PLabc_-1", PLAYLIST, False),
        ("https://www.youtube.com/watch?v=abcdefghijk&list=PLabc_-1&index=2", PLAYLIST, False),
        ("https://www.youtube.com/@some.one", CHANNEL, True),
        ("youtube.com/@some.one/featured", CHANNEL, True),
        (CHANNEL, CHANNEL, True),
        ("http://m.youtube.com/c/x/", "https://www.youtube.com/c/x/videos", True),
        ("https://youtube.com/channel/UC1", "https://www.youtube.com/channel/UC1/videos", True),
    ],
)
def test_what_a_text_names(text: str, url: str, is_channel: bool) -> None:
    assert source_of(text) == Source(text, url, is_channel)


@pytest.mark.parametrize(
    "text",
    [
        "https://www.youtube.com/watch?v=abcdefghijk",
        "https://www.youtube.com/@some.one/shorts",
        "https://www.youtube.com/channel",
        "https://www.youtube.com/",
        "https://www.youtube.com/playlist?list=../x",
        "https://www.youtube.com@example.org/@some.one",
        "https://example.org/playlist?list=PLabc",
        "http://127.0.0.1/@some.one",
        "file:///www.youtube.com/@some.one",
        "http://[",
    ],
)
def test_only_lists_of_youtube(text: str) -> None:
    with pytest.raises(UserError, match="is neither a playlist nor a channel of YouTube"):
        source_of(text)


def video(name: str, length: str | None, channel: str = "UC" + "a" * 22) -> Json:
    """A video as search and playlists show it."""
    byline = {"text": "Some", "navigationEndpoint": {"browseEndpoint": {"browseId": channel}}}
    shown = {"videoId": name, "title": {"runs": [{"text": f"Title {name}"}]}}
    return shown | {
        "shortBylineText": {"runs": [byline]},
        **({"lengthText": {"simpleText": length}} if length else {}),
    }


def lockup(name: str, length: str) -> Json:
    """A video as the tab of a channel shows it."""
    badge = {"thumbnailBadgeViewModel": {"text": length}}
    overlay = {"thumbnailOverlayBadgeViewModel": {"thumbnailBadges": [badge]}}
    return {
        "contentId": name,
        "contentType": "LOCKUP_CONTENT_TYPE_VIDEO",
        "contentImage": {"thumbnailViewModel": {"overlays": [overlay]}},
        "metadata": {"lockupMetadataViewModel": {"title": {"content": f"Title {name}"}}},
    }


def page(content: Json, tab: str = "") -> bytes:
    """A page of YouTube with one tab."""
    endpoint = {"commandMetadata": {"webCommandMetadata": {"url": tab}}}
    shown = {"selected": True, "title": "Videos", "endpoint": endpoint, "content": content}
    data = {"contents": {"twoColumnBrowseResultsRenderer": {"tabs": [{"tabRenderer": shown}]}}}
    return f"<script>var ytInitialData = {json.dumps(data)};</script>".encode()


def sections(*contents: Json) -> Json:
    return {"sectionListRenderer": {"contents": [{"itemSectionRenderer": {"contents": contents}}]}}


def playlist_page() -> bytes:
    videos = [
        video("aaaaaaaaaa1", "1:01"),
        video("aaaaaaaaaa2", None) | {"title": {"simpleText": "[Private video]"}},
        video("aaaaaaaaaa3", "2:00:03"),
    ]
    contents = [{"playlistVideoRenderer": each} for each in videos]
    return page(sections({"playlistVideoListRenderer": {"contents": contents}}))


def channel_page() -> bytes:
    shown = [lockup("bbbbbbbbbb1", "0:59"), lockup("bbbbbbbbbb2", "UPCOMING")]
    contents = [{"richItemRenderer": {"content": {"lockupViewModel": each}}} for each in shown]
    return page({"richGridRenderer": {"contents": contents}}, "/@some.one/videos")


def moved_page() -> bytes:
    """What YouTube answers where a channel has another address in a country."""
    target = {"commandMetadata": {"webCommandMetadata": {"url": "/@some.one"}}}
    data = {"onResponseReceivedActions": [{"navigateAction": {"endpoint": target}}]}
    return f"<script>var ytInitialData = {json.dumps(data)};</script>".encode()


def search_page(number: int) -> bytes:
    """Three hits, and word of a page after it."""
    hits = [video(f"ccccccccc{number}{n}", "3:20") for n in range(3)]
    live = {"thumbnailOverlayTimeStatusRenderer": {"style": "LIVE"}}
    hits[1]["thumbnailOverlays"] = [live]
    more = {"continuationEndpoint": {"continuationCommand": {"token": str(number)}}}
    items: list[Json] = [
        {"itemSectionRenderer": {"contents": [{"videoRenderer": h} for h in hits]}}
    ]
    items.append({"continuationItemRenderer": more})
    if number:
        key = "onResponseReceivedCommands"
        append: Json = {"appendContinuationItemsAction": {"continuationItems": items}}
        return json.dumps({key: [append]}).encode()
    inner = {"primaryContents": {"sectionListRenderer": {"contents": items}}}
    return json.dumps({"contents": {"twoColumnSearchResultsRenderer": inner}}).encode()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """YouTube's answers in place of the network; the addresses that were asked for."""
    urls: list[str] = []

    def answer(client: yt_dlp.YoutubeDL, request: Any) -> Response:
        url = request if isinstance(request, str) else request.url
        urls.append(url)
        bodies: dict[str, Callable[[], bytes]] = {
            "/youtubei/v1/search": lambda: search_page(sum("/search?" in u for u in urls) - 1),
            "/@some.one/videos": channel_page,
            "/@moved/videos": moved_page,
            "/playlist?list=": playlist_page,
        }
        body = next((made() for part, made in bodies.items() if part in url), b"<html></html>")
        return Response(io.BytesIO(body), url, {"Content-Type": "text/html; charset=utf-8"})

    monkeypatch.setattr(yt_dlp.YoutubeDL, "urlopen", answer)
    monkeypatch.setattr(youtube_sources, "REQUEST_PAUSE_S", 0)
    return urls


KEYS = ("id", "title", "duration", "live_status")


def test_a_playlist_through_yt_dlp(asked: list[str]) -> None:
    hits = list(hits_of(Access(), source_of(PLAYLIST), 100))
    assert [tuple(hit[key] for key in KEYS) for hit in hits] == [
        ("aaaaaaaaaa1", "Title aaaaaaaaaa1", 61, None),
        ("aaaaaaaaaa2", "[Private video]", None, None),
        ("aaaaaaaaaa3", "Title aaaaaaaaaa3", 7203, None),
    ]
    assert {hit["channel_id"] for hit in hits} == {"UC" + "a" * 22}
    assert len(list(hits_of(Access(), source_of(PLAYLIST), 2))) == 2


def test_a_channel_through_yt_dlp(asked: list[str]) -> None:
    hits = list(hits_of(Access(), source_of("https://www.youtube.com/@some.one"), 100))
    assert [tuple(hit.get(key) for key in KEYS) for hit in hits] == [
        ("bbbbbbbbbb1", "Title bbbbbbbbbb1", 59, None),
        ("bbbbbbbbbb2", "Title bbbbbbbbbb2", None, "is_upcoming"),
    ]
    assert asked == [CHANNEL]


def test_a_channel_that_has_moved(asked: list[str]) -> None:
    hits = list(hits_of(Access(), source_of("https://www.youtube.com/@moved"), 100))
    assert [hit["id"] for hit in hits] == ["bbbbbbbbbb1", "bbbbbbbbbb2"]
    assert asked == ["https://www.youtube.com/@moved/videos", CHANNEL]


def test_a_search_asks_for_as_many_pages_as_are_needed(asked: list[str]) -> None:
    hits = list(islice(hits_of(Access(), Source("cat playing"), 100), 4))
    assert [(hit["id"], hit["duration"], hit["live_status"]) for hit in hits] == [
        ("ccccccccc00", 200, None),
        ("ccccccccc01", 200, "is_live"),
        ("ccccccccc02", 200, None),
        ("ccccccccc10", 200, None),
    ]
    assert sum("/search?" in url for url in asked) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "cat",
            "the search for 'cat' failed (network: Unable to connect): the network, the proxy or",
        ),
        (
            PLAYLIST,
            f"{PLAYLIST} gives no list (network: Unable to connect): the network, the proxy or",
        ),
    ],
)
def test_a_source_that_fails_says_so(
    text: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(client: yt_dlp.YoutubeDL, *_: object, **__: object) -> None:
        client.report_error("Unable to connect")

    monkeypatch.setattr(yt_dlp.YoutubeDL, "extract_info", fail)
    with pytest.raises(UnreachableError) as caught:
        list(hits_of(Access(), source_of(text), 3))
    assert str(caught.value).startswith(said)
    assert capsys.readouterr() == ("", "")


def test_what_came_before_a_failure_is_there(
    asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hits = hits_of(Access(), Source("cat"), 100)
    assert len(list(islice(hits, 3))) == 3

    def fail(*_: object) -> Response:
        raise yt_dlp.networking.exceptions.TransportError("timed out")

    monkeypatch.setattr(yt_dlp.YoutubeDL, "urlopen", fail)
    with pytest.raises(UserError, match=r"'cat' failed \(network: .*timed out"):
        next(hits)


def test_yt_dlp_writes_nothing_to_a_terminal_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(client: yt_dlp.YoutubeDL, *_: object, **__: object) -> None:
        client.report_error("a \x1b]0;title\x07 of a stranger")

    monkeypatch.setattr(yt_dlp.YoutubeDL, "extract_info", fail)
    with pytest.raises(UserError, match=r"failed \(download_error: a \]0;title of a stranger\)"):
        list(hits_of(Access(), Source("cat"), 3))
    assert capsys.readouterr() == ("", "")


def test_no_other_site_is_asked() -> None:
    with pytest.raises(UserError, match="gives no list") as caught:
        list(hits_of(Access(), Source("x", "https://127.0.0.1:9/x.mp4"), 3))
    assert not isinstance(caught.value, UnreachableError)


def test_cookies_and_proxy_are_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    cookies = "# Netscape HTTP Cookie File\n.youtube.com\tTRUE\t/\tTRUE\t0\tNAME\tvalue\n"
    seen = []

    def look(client: yt_dlp.YoutubeDL, *_: object, **__: object) -> Json:
        seen.append(([cookie.value for cookie in client.cookiejar], client.params["proxy"]))
        return {"entries": []}

    monkeypatch.setattr(yt_dlp.YoutubeDL, "extract_info", look)
    for _ in range(2):
        assert list(hits_of(Access(cookies, "http://127.0.0.1:9"), Source("cat"), 3)) == []
    assert seen == [(["value"], "http://127.0.0.1:9")] * 2
