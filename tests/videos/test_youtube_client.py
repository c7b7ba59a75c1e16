"""One yt-dlp, asked for several videos in turn, from a server on this machine."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yt_dlp

from vidrec.media import extraction, ffmpeg
from vidrec.media.containers import VideoError
from vidrec.videos import youtube_options
from vidrec.videos.downloads import finished
from vidrec.videos.youtube_access import Access
from vidrec.videos.youtube_client import Client, opened
from vidrec.videos.youtube_options import Log, Rules
from vidrec.workflow.errors import UserError

MASTER = b"""#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=1500000,RESOLUTION=1280x720,CODECS="avc1.64001f"
only.m3u8
"""
ONLY = b"""#EXTM3U
#EXT-X-TARGETDURATION:2
#EXTINF:1.0,
first.ts
#EXTINF:1.0,
second.ts
#EXT-X-ENDLIST
"""


@pytest.fixture
def files() -> dict[str, bytes]:
    return {}


@pytest.fixture
def address(files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server of `files` that tells no length; one without content never answers."""
    done = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = files.get(self.path.strip("/"))
            if content is None:
                self.send_error(404)
                return
            if not content:
                done.wait(20)
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content)

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except ConnectionError:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    done.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    decoding = extraction.Rules(600, 0.25)
    return Rules(600, 480, 1, decoding, (0, 0), extractors=("generic",), downloads=tmp_path)


@pytest.fixture(scope="module")
def clip() -> bytes:
    return ffmpeg.encode_clip([bytes(64 * 48 * 3)] * 6, 64, 48, 6)


@pytest.fixture(scope="module")
def segment(clip: bytes, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("segment")
    (folder / "clip.mp4").write_bytes(clip)
    assert not ffmpeg.run(["-i", "clip.mp4", "-c", "copy", "clip.ts"], folder).code
    return (folder / "clip.ts").read_bytes()


def test_a_stream_that_exists_in_720p_only_is_taken(
    files: dict[str, bytes], address: str, rules: Rules, segment: bytes
) -> None:
    files |= {"m.m3u8": MASTER, "only.m3u8": ONLY, "first.ts": segment, "second.ts": segment}
    with opened(rules, Access(), Log()) as client:
        client.download(f"{address}/m.m3u8", "a")
    file = finished(rules.downloads, "a")
    assert file is not None
    assert file.read_bytes() == 2 * segment
    assert extraction.look(file, rules.decoding).status == "ok"


def test_bytes_are_counted_where_no_length_is_told(
    files: dict[str, bytes], address: str, rules: Rules, clip: bytes
) -> None:
    files |= {"large.mp4": clip + bytes(9_000_000), "good.mp4": clip}
    with opened(rules, Access(), Log()) as client:
        with pytest.raises(VideoError, match="larger than 1 MB") as told:
            client.download(f"{address}/large.mp4", "large")
        client.download(f"{address}/good.mp4", "good")
    assert told.value.status == "too_large"
    assert finished(rules.downloads, "large") is None
    (part,) = rules.downloads.glob("large.*.part")
    assert part.stat().st_size < 2_000_000
    good = finished(rules.downloads, "good")
    assert good is not None
    assert good.read_bytes() == clip


def test_what_never_answers_is_given_up(
    files: dict[str, bytes], address: str, rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(youtube_options, "ANSWER_S", 0.2)
    files["mute.mp4"] = b""
    with opened(rules, Access(), Log()) as client, pytest.raises(VideoError) as told:
        client.download(f"{address}/mute.mp4", "mute")
    assert told.value.status == "network"
    assert "timed out" in told.value.message


def test_what_is_no_url(rules: Rules) -> None:
    with opened(rules, Access(), Log()) as client, pytest.raises(VideoError):
        client.download("http://[", "a")


def test_code_of_yt_dlp_that_fails_ends_one_video_only(
    rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    def extract(extractor: Any, url: str) -> dict[str, Any]:
        raise TypeError("'NoneType' object is not iterable")

    monkeypatch.setattr("yt_dlp.extractor.youtube.YoutubeIE._real_extract", extract)
    youtube = replace(rules, extractors=youtube_options.YOUTUBE)
    with opened(youtube, Access(), Log()) as client, pytest.raises(VideoError) as told:
        client.download(youtube_options.watch_url("aaaaaaaaaaa"), "aaaaaaaaaaa")
    assert told.value.status == "download_error"
    assert told.value.message == "TypeError: 'NoneType' object is not iterable"


def test_a_lacking_runtime_is_why_no_format_is_there(rules: Rules) -> None:
    log = Log()
    client = Client(rules, Access(), log)
    error = yt_dlp.utils.ExtractorError("Requested format is not available", expected=True)
    found = client._failure(error)
    assert found.status == "format_missing"
    assert "make requirements PACKAGE=yt-dlp (Requested format" in found.message.replace("`", "")
    log.lacks_runtime = True
    assert client._failure(error).status == "js_runtime"


def test_cookies_that_yt_dlp_does_not_take(rules: Rules, capfd: pytest.CaptureFixture[str]) -> None:
    given = replace(Access(), cookies="# Netscape HTTP Cookie File\n")
    with pytest.raises(UserError, match="a file without cookies"), opened(rules, given, Log()):
        pass
    headless = Access(".youtube.com\tTRUE\t/\tTRUE\t0\tSID\tsecret\n")
    with pytest.raises(UserError, match="a file without cookies"), opened(rules, headless, Log()):
        pass
    assert "secret" not in "".join(capfd.readouterr())


def test_the_player_is_asked_for_once(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an extractor has learnt stays with it, and it stays the same for all videos."""
    used: list[Any] = []

    def extract(extractor: Any, url: str) -> dict[str, Any]:
        used.append(extractor)
        raise yt_dlp.utils.ExtractorError("Video unavailable", expected=True)

    monkeypatch.setattr("yt_dlp.extractor.youtube.YoutubeIE._real_extract", extract)
    with opened(replace(rules, extractors=youtube_options.YOUTUBE), Access(), Log()) as client:
        for name in ("aaaaaaaaaaa", "bbbbbbbbbbb"):
            with pytest.raises(VideoError, match="Video unavailable"):
                client.download(youtube_options.watch_url(name), name)
    assert len(used) == 2
    assert used[0] is used[1]


def test_a_proxy_that_never_answers_is_asked_four_times(
    rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ANSWER_S each: what yt-dlp asks for anew, in how many requests, times three videos."""
    monkeypatch.setattr(youtube_options, "ANSWER_S", 0.2)
    monkeypatch.delenv("no_proxy", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        mute.setblocking(False)
        proxy = Access(proxy=f"http://me:secret@127.0.0.1:{mute.getsockname()[1]}")
        youtube = replace(rules, extractors=youtube_options.YOUTUBE)
        with opened(youtube, proxy, Log()) as client, pytest.raises(VideoError) as told:
            client.download(youtube_options.watch_url("aaaaaaaaaaa"), "aaaaaaaaaaa")
        assert sum(1 for _ in iter(lambda: accepted(mute), None)) == 4
    assert told.value.status == "network"
    assert "secret" not in told.value.message


def accepted(server: socket.socket) -> bool | None:
    """True for a connection that waits, None where there is none."""
    try:
        server.accept()[0].close()
    except BlockingIOError:
        return None
    return True
