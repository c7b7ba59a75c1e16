"""A video at a URL, asked for through yt-dlp itself of servers on this machine."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from vidrec.videos.from_url import Limits, fetch
from vidrec.videos.internal_addresses import SWITCH
from vidrec.workflow.errors import UserError

# No video, but nobody looks into it here.
CLIP = b"\0\0\0\x18ftypmp42" + bytes(5000)
MEGABYTE = bytes(10**6)
STREAMS = """#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=4500000,RESOLUTION=1920x1080,CODECS="avc1.64001f"
{high}.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=1500000,RESOLUTION=1280x720,CODECS="avc1.64001f"
{low}.m3u8
"""
PIECES = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n{pieces}#EXT-X-ENDLIST\n"

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Site:
    """What a server has at each path, where it is, and what it was asked for."""

    port: int
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def at(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


def a_file(content: bytes, kind: str = "video/mp4") -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def a_list(text: str) -> Answer:
    return a_file(text.encode(), "application/vnd.apple.mpegurl")


def pieces(*urls: str) -> Answer:
    return a_list(PIECES.format(pieces="".join(f"#EXTINF:2.0,\n{url}\n" for url in urls)))


def redirect(url: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", url)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def without_length(blocks: int, pause_s: float = 0, block: bytes = MEGABYTE) -> Answer:
    """`blocks` times `block`, without a word of how many will come."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "video/mp4")
        handler.end_headers()
        for _ in range(blocks):
            handler.wfile.write(block)
            time.sleep(pause_s)

    return answer


def serve(stack: ExitStack) -> Site:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            answer = served.answers.get(self.path)
            try:
                answer(self) if answer else self.send_error(404)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
    served = Site(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    stack.callback(thread.join)
    stack.callback(server.shutdown)
    return served


@pytest.fixture
def sites(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Site, Site]]:
    """The server that is named, and one beside it that is not."""
    for name in ("http_proxy", "https_proxy", "all_proxy", SWITCH):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with ExitStack() as stack:
        yield serve(stack), serve(stack)


@pytest.fixture
def site(sites: tuple[Site, Site]) -> Site:
    return sites[0]


def test_a_file(site: Site, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    site.answers["/a.mp4"] = a_file(CLIP)
    assert fetch(site.at("/a.mp4"), tmp_path).read_bytes() == CLIP
    assert capfd.readouterr() == ("", "")


def test_what_is_not_there_is_one_line(
    site: Site, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UserError) as refused:
        fetch(site.at("/none"), tmp_path)
    assert str(refused.value) == (
        f"{site.at('/none')} gives no video ([generic] none: Unable to download webpage:"
        " HTTP Error 404: Not Found); see whether its server answers, or download it yourself and"
        " name the file"
    )
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("url", ["http://[", "http://:1/", "http://127.0.0.1:99999/"])
def test_what_is_no_url_is_one_line(url: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="gives no video") as refused:
        fetch(url, tmp_path)
    assert "\n" not in str(refused.value)


def test_of_streams_the_least_above_480_is_taken(site: Site, tmp_path: Path) -> None:
    site.answers = {
        "/master.m3u8": a_list(STREAMS.format(high="high", low="low")),
        "/high.m3u8": pieces("high.ts"),
        "/low.m3u8": pieces("one.ts", "two.ts"),
        "/one.ts": a_file(b"one"),
        "/two.ts": a_file(b"two"),
    }
    assert fetch(site.at("/master.m3u8"), tmp_path).read_bytes() == b"onetwo"
    assert "/high.ts" not in site.asked


def test_a_file_that_says_it_is_too_large_is_not_begun(site: Site, tmp_path: Path) -> None:
    site.answers["/a.mp4"] = a_file(CLIP + 3 * MEGABYTE)
    with pytest.raises(UserError, match="more than 2 MB"):
        fetch(site.at("/a.mp4"), tmp_path, Limits(megabytes=2))
    assert list(tmp_path.iterdir()) == []


def test_bytes_are_counted_while_they_come(site: Site, tmp_path: Path) -> None:
    site.answers["/a.mp4"] = without_length(50)
    with pytest.raises(UserError, match="more than 2 MB"):
        fetch(site.at("/a.mp4"), tmp_path, Limits(megabytes=2))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 2 * 10**6


def test_bytes_are_counted_over_all_pieces(site: Site, tmp_path: Path) -> None:
    site.answers = {f"/{n}.ts": without_length(1) for n in range(10)}
    site.answers["/a.m3u8"] = pieces(*(f"{n}.ts" for n in range(10)))
    with pytest.raises(UserError, match="more than 3 MB"):
        fetch(site.at("/a.m3u8"), tmp_path, Limits(megabytes=3))
    assert "/4.ts" not in site.asked


def test_bytes_of_an_endless_list_are_counted(site: Site, tmp_path: Path) -> None:
    site.answers["/a.m3u8"] = without_length(200, block=b"#EXTM3U\n" + MEGABYTE)
    with pytest.raises(UserError, match="more than 5 MB"):
        fetch(site.at("/a.m3u8"), tmp_path, Limits(megabytes=5))


def test_what_drips_ends_in_time(site: Site, tmp_path: Path) -> None:
    site.answers["/a.mp4"] = without_length(600, 0.1, b"\0")
    start = time.monotonic()
    with pytest.raises(UserError, match="not done after 4 s"):
        fetch(site.at("/a.mp4"), tmp_path, Limits(seconds=4))
    assert time.monotonic() - start < 20


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "[::ffff:127.0.0.1]"])
def test_a_redirect_to_an_internal_address_is_refused(
    sites: tuple[Site, Site], host: str, tmp_path: Path
) -> None:
    named, other = sites
    other.answers["/a.mp4"] = a_file(CLIP)
    named.answers["/a.mp4"] = redirect(other.at("/a.mp4", host))
    with pytest.raises(UserError, match=r"leads to \S*127\.0\.0\.1, inside .*" + SWITCH):
        fetch(named.at("/a.mp4"), tmp_path)
    assert other.asked == []


@pytest.mark.parametrize("list_of", ["streams", "pieces"])
def test_a_list_that_leads_to_an_internal_address_is_refused(
    sites: tuple[Site, Site], list_of: str, tmp_path: Path
) -> None:
    named, other = sites
    inside = other.at("/x").removesuffix(".m3u8")
    streams = a_list(STREAMS.format(high=inside, low=inside))
    named.answers["/a.m3u8"] = streams if list_of == "streams" else pieces(other.at("/x.ts"))
    with pytest.raises(UserError, match=r"leads to 127\.0\.0\.1, inside"):
        fetch(named.at("/a.m3u8"), tmp_path)
    assert other.asked == []


def test_a_name_is_judged_by_where_it_leads(site: Site, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"leads to 127\.0\.0\.1, inside"):
        fetch(site.at("/a.mp4", "2130706433"), tmp_path)
    assert site.asked == []


def test_a_switch_trusts_the_own_network(
    sites: tuple[Site, Site], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, other = sites
    other.answers["/a.mp4"] = a_file(CLIP)
    named.answers["/a.mp4"] = redirect(other.at("/a.mp4"))
    monkeypatch.setenv(SWITCH, "1")
    assert fetch(named.at("/a.mp4"), tmp_path).read_bytes() == CLIP


@pytest.mark.parametrize("where", ["file:///etc/passwd", "ftp://127.0.0.1/a.mp4", "data:,x"])
def test_only_http_is_followed(
    site: Site, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SWITCH, "1")
    site.answers["/a.mp4"] = redirect(where)
    with pytest.raises(UserError, match="gives no video"):
        fetch(site.at("/a.mp4"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_no_program_is_started_for_a_stream(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SWITCH, "1")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("ffmpeg", "ffprobe"):
        (programs / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    protected = PIECES.format(pieces='#EXT-X-KEY:METHOD=SAMPLE-AES,URI="key"\n#EXTINF:2.0,\na.ts\n')
    site.answers = {"/a.m3u8": a_list(protected), "/a.ts": a_file(CLIP)}
    with pytest.raises(UserError, match="a protected or live stream"):
        fetch(site.at("/a.m3u8"), tmp_path / "out")
    assert not (tmp_path / "started").exists()


def test_the_users_proxy_may_be_internal_but_not_what_is_asked_of_it(
    sites: tuple[Site, Site], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = sites[0]
    proxy.answers["http://video.invalid/a.mp4"] = a_file(CLIP)
    proxy.answers["http://video.invalid/b.mp4"] = redirect("http://169.254.169.254/b.mp4")
    proxy.answers["http://169.254.169.254/b.mp4"] = a_file(CLIP)
    monkeypatch.setenv("http_proxy", proxy.at(""))
    assert fetch("http://video.invalid/a.mp4", tmp_path).read_bytes() == CLIP
    for url in ("http://video.invalid/b.mp4", "http://127.1/a.mp4"):
        with pytest.raises(UserError, match="inside this machine or its network"):
            fetch(url, tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_process_that_breaks_down_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "yt_dlp.py").write_text("raise ImportError('of another version')\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(
        UserError, match=r"broke down: ImportError: of another version\); see whether"
    ):
        fetch("http://127.0.0.1:9/", tmp_path)


def test_the_download_ends_with_whoever_asked_for_it(site: Site, tmp_path: Path) -> None:
    site.answers["/a.mp4"] = without_length(600, 0.1, b"\0")
    asking = "from pathlib import Path; from vidrec.videos.from_url import fetch; "
    code = f"{asking}fetch({site.at('/a.mp4')!r}, Path({str(tmp_path)!r}))"
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        until(lambda: bool(site.asked))
        [child] = psutil.Process(process.pid).children()
        process.kill()
    child.wait(20)
    assert not psutil.pid_exists(child.pid)


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
