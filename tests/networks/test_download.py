"""Files from servers on this machine that are silent, cut off, or take no notice."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from vidrec.networks.download import DownloadError, Patience, download

CONTENT = bytes(range(256)) * 2000
QUICK = Patience(silence_s=0.5, pauses_s=(0.01, 0.01))


@dataclass
class Server:
    """What it does: `cuts` are how many bytes it sends before it hangs up, one for each request."""

    url: str = ""
    cuts: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    knows_ranges: bool = True
    silent: bool = False
    shift: int = 0
    with_length: bool = True
    asked: list[str] = field(default_factory=list)


def respond(handler: BaseHTTPRequestHandler, server: Server) -> None:
    wanted = handler.headers.get("Range", "") if server.knows_ranges else ""
    start = int(wanted.removeprefix("bytes=").removesuffix("-") or 0)
    if start >= len(CONTENT):
        handler.send_error(416)
        return
    handler.send_response(206 if wanted else 200)
    if server.with_length:
        handler.send_header("Content-Length", str(len(CONTENT) - start))
    if wanted:
        first, last = start + server.shift, len(CONTENT) - 1
        handler.send_header("Content-Range", f"bytes {first}-{last}/{len(CONTENT)}")
    handler.end_headers()
    end = start + server.cuts.pop(0) if server.cuts else len(CONTENT)
    handler.wfile.write(CONTENT[start:end])


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "*")
    served, over = Server(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.headers.get("Range", ""))
            if served.silent:
                over.wait()
            elif served.statuses:
                self.send_error(served.statuses.pop(0))
            else:
                respond(self, served)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        served.url = f"http://127.0.0.1:{serving.server_port}/net.pth"
        thread = threading.Thread(target=serving.serve_forever, args=(0.02,))
        thread.start()
        yield served
        over.set()
        serving.shutdown()
        thread.join()


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "net.pth.part"


def test_a_whole_file(server: Server, part: Path, capfd: pytest.CaptureFixture[str]) -> None:
    download(server.url, part, QUICK)
    assert part.read_bytes() == CONTENT
    assert server.asked == [""]
    assert capfd.readouterr() == ("", "")


def test_what_was_cut_is_gone_on_with(server: Server, part: Path) -> None:
    server.cuts = [200_000, 100_000]
    download(server.url, part, QUICK)
    assert part.read_bytes() == CONTENT
    first, second, third = server.asked
    assert first == ""
    assert 0 < start_of(second) <= 200_000 < start_of(third) <= 300_000


def start_of(wanted: str) -> int:
    return int(wanted.removeprefix("bytes=").removesuffix("-"))


def test_what_is_cut_too_often_is_kept(server: Server, part: Path) -> None:
    server.cuts = [100_000] * 3
    with pytest.raises(DownloadError, match="run again to go on with what came"):
        download(server.url, part, QUICK)
    assert len(server.asked) == 3
    kept = part.read_bytes()
    assert 150_000 < len(kept) <= 300_000
    download(server.url, part, QUICK)
    assert server.asked[3] == f"bytes={len(kept)}-"
    assert part.read_bytes() == CONTENT


def test_a_server_that_takes_no_notice_of_a_range_starts_anew(server: Server, part: Path) -> None:
    server.knows_ranges = False
    part.write_bytes(b"x" * 1000)
    download(server.url, part, QUICK)
    assert part.read_bytes() == CONTENT


def test_another_part_than_was_asked_for_is_refused(server: Server, part: Path) -> None:
    server.shift = 1
    part.write_bytes(CONTENT[:1000])
    with pytest.raises(DownloadError, match="another part"):
        download(server.url, part, QUICK)
    assert part.read_bytes() == CONTENT[:1000]


def test_what_is_whole_already_stays(server: Server, part: Path) -> None:
    part.write_bytes(CONTENT)
    download(server.url, part, QUICK)
    assert part.read_bytes() == CONTENT


def test_a_silent_server_is_left_in_time(server: Server, part: Path) -> None:
    server.silent = True
    start = time.monotonic()
    with pytest.raises(DownloadError, match="the server says nothing"):
        download(server.url, part, QUICK)
    assert time.monotonic() - start < 5
    assert len(server.asked) == 1


def test_a_busy_server_is_asked_again_once_something_came(server: Server, part: Path) -> None:
    server.statuses = [503]
    with pytest.raises(DownloadError, match="HTTP 503"):
        download(server.url, part, QUICK)
    part.write_bytes(CONTENT[:1000])
    server.statuses = [503, 429]
    download(server.url, part, QUICK)
    assert part.read_bytes() == CONTENT


def test_what_is_not_there_is_asked_for_once(server: Server, part: Path) -> None:
    server.statuses = [404]
    part.write_bytes(CONTENT[:1000])
    with pytest.raises(DownloadError, match="HTTP 404 Not Found"):
        download(server.url, part, QUICK)
    assert len(server.asked) == 1


def test_without_a_length_what_came_counts(server: Server, part: Path) -> None:
    server.with_length = False
    download(server.url, part, QUICK)
    assert part.read_bytes() == CONTENT


def test_what_is_no_url(part: Path) -> None:
    with pytest.raises(DownloadError):
        download("http://[", part, QUICK)
