"""Downloads through yt-dlp from a server on this machine, and what happens when they fail."""

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest

from vidrec.media import extraction, ffmpeg
from vidrec.videos import youtube
from vidrec.videos.manifest import Entry
from vidrec.videos.youtube import Rules, status_of, take
from vidrec.videos.youtube_manifest import COLUMNS
from vidrec.workflow.errors import UserError

DECODING = extraction.Rules(600, 0.25)


@dataclass
class Site:
    """What a server answers: files by path, and a list of statuses to give first."""

    files: dict[str, bytes] = field(default_factory=dict)
    failures: dict[str, list[int]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    ranges: list[str] = field(default_factory=list)
    port: int = 0

    def url_of(self, video_id: str) -> str:
        return f"http://127.0.0.1:{self.port}/{video_id}.mp4"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    served = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.strip("/").removesuffix(".mp4")
            served.asked[name] += 1
            failures = served.failures.get(name, [])
            if failures:
                self.send_error(failures.pop(0))
            elif name not in served.files:
                self.send_error(404)
            else:
                self.send_file(served.files[name])

        def send_file(self, content: bytes) -> None:
            wanted = self.headers.get("Range", "")
            served.ranges.append(wanted)
            start = int(wanted.removeprefix("bytes=").partition("-")[0] or 0)
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Type", "video/mp4")
            self.send_header("Content-Length", str(len(content) - start))
            if wanted:
                total = len(content)
                self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
            self.end_headers()
            try:
                self.wfile.write(content[start:])
            except (BrokenPipeError, ConnectionResetError):
                return

        def log_message(self, format: str, *args: object) -> None:
            pass

    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield served
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def clip() -> bytes:
    return ffmpeg.encode_clip([bytes(64 * 48 * 3)] * 6, 64, 48, 6)


@pytest.fixture
def rules(site: Site, tmp_path: Path) -> Rules:
    return Rules(600, 480, 50, DECODING, (0, 0), site.url_of, ("generic",), tmp_path / "downloads")


def table(**categories: list[str]) -> pd.DataFrame:
    rows = [
        (category, rank, video_id, f"title of {video_id}", 1.0)
        for category, ids in categories.items()
        for rank, video_id in enumerate(ids, 1)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.assign(category_name=table["category"])


def statuses(entries: list[Entry]) -> dict[str, str]:
    return {entry.video.video_id: entry.status for entry in entries}


def test_reserves_replace_what_is_lost(
    site: Site, rules: Rules, clip: bytes, tmp_path: Path
) -> None:
    site.files = {"good1": clip, "junk": b"not a video" * 99, "-good2": clip, "extra": clip}
    wanted = table(cars=["good1", "lost", "junk", "-good2", "extra"])
    entries = take(tmp_path / "out", wanted, rules, count=2, quorum=2)
    got = statuses(entries)
    assert got["good1"] == got["-good2"] == "ok"
    assert got["lost"] == "unavailable"
    assert got["junk"] not in {"ok", "download_error"}
    assert "extra" not in got
    assert (tmp_path / "out/cars/-good2.mp4").read_bytes() == clip
    assert entries[0].title == "title of good1"
    assert entries[0].duration_s == 1.0
    assert not list(rules.downloads.glob("junk*"))


def test_a_second_run_downloads_nothing_again(
    site: Site, rules: Rules, clip: bytes, tmp_path: Path
) -> None:
    site.files = {"a": clip}
    take(tmp_path / "out", table(cars=["a"]), rules, 1, 1)
    asked = site.asked["a"]
    take(tmp_path / "out2", table(cars=["a"]), rules, 1, 1)
    assert site.asked["a"] == asked > 0


def test_a_part_is_gone_on_with(site: Site, rules: Rules, clip: bytes, tmp_path: Path) -> None:
    site.files = {"a": clip}
    rules.downloads.mkdir()
    (rules.downloads / "a.mp4.part").write_bytes(clip[:500])
    take(tmp_path / "out", table(cars=["a"]), rules, 1, 1)
    assert "bytes=500-" in site.ranges
    assert (tmp_path / "out/cars/a.mp4").read_bytes() == clip


def test_403_is_asked_anew(site: Site, rules: Rules, clip: bytes, tmp_path: Path) -> None:
    site.files = {"a": clip, "b": clip}
    site.failures = {"a": [403, 403], "b": [403] * 99}
    entries = take(tmp_path / "out", table(cars=["a", "b"]), rules, 2, 1)
    assert statuses(entries) == {"a": "ok", "b": "forbidden"}


def test_429_stops_and_keeps_what_is_there(
    site: Site, rules: Rules, clip: bytes, tmp_path: Path
) -> None:
    site.files = dict.fromkeys("abcd", clip)
    site.failures = {"b": [429] * 99}
    rules.downloads.mkdir()
    (rules.downloads / "d.mp4").write_bytes(clip)
    wanted = table(cars=["a", "b", "c"], pets=["d", "e"])
    with pytest.raises(UserError, match=r"cars has 1 of at least 2 .*rate_limited"):
        take(tmp_path / "out", wanted, rules, 2, 2)
    assert site.asked["c"] == site.asked["e"] == 0
    entries = take(tmp_path / "out", wanted, rules, 2, 1)
    assert statuses(entries) == {
        "a": "ok", "b": "rate_limited", "c": "not_tried", "d": "ok", "e": "not_tried",
    }  # fmt: skip
    assert sorted(path.name for path in rules.downloads.iterdir()) == ["a.mp4", "d.mp4"]


def test_a_partial_video_counts_towards_those_wanted(
    rules: Rules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def partial(entry: Entry, *_: object) -> Entry:
        return replace(entry, status="partial", error="cut off after 5.1 of 10 s")

    monkeypatch.setattr(youtube, "_take_one", partial)
    entries = take(tmp_path / "out", table(cars=["a", "b", "c"]), rules, count=2, quorum=2)
    assert statuses(entries) == {"a": "partial", "b": "partial"}


def test_too_large(site: Site, rules: Rules, clip: bytes, tmp_path: Path) -> None:
    site.files = {"a": clip, "b": clip + bytes(2_000_000)}
    small = replace(rules, max_filesize_mb=1)
    entries = take(tmp_path / "out", table(cars=["a", "b"]), small, 2, 1)
    assert statuses(entries) == {"a": "ok", "b": "too_large"}


def test_no_network(rules: Rules, tmp_path: Path) -> None:
    closed = replace(rules, url_of=lambda _: "http://127.0.0.1:9/a.mp4")
    with pytest.raises(UserError, match="network"):
        take(tmp_path / "out", table(cars=["a"]), closed, 1, 1)


def test_refusals() -> None:
    assert youtube.refusal({"duration": 601}, 600) == "601 s long, more than 600"
    assert youtube.refusal({"is_live": True}, 600) == "a live stream"
    assert youtube.refusal({"duration": 10, "live_status": "was_live"}, 600) is None


def test_only_youtube_is_asked_by_default() -> None:
    rules = Rules(600, 480, 50, DECODING)
    given = youtube.options("abc", rules)
    assert given["allowed_extractors"] == ["youtube"]
    assert given["retries"] == given["fragment_retries"] == 10
    assert given["outtmpl"] == {"default": "abc.%(ext)s"}
    assert not {"cookiefile", "cookiesfrombrowser", "external_downloader"} & set(given)
    assert rules.url_of("abc") == "https://www.youtube.com/watch?v=abc"


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ("HTTP Error 429: Too Many Requests", "rate_limited"),
        ("[youtube] x: Sign in to confirm you’re not a bot.", "rate_limited"),
        ("unable to download video data: HTTP Error 403: Forbidden", "forbidden"),
        ("Sign in to confirm your age. This video may be inappropriate", "age_restricted"),
        ("Private video. Sign in if you've been granted access", "private"),
        ("Video unavailable. This video has been removed", "unavailable"),
        ("Unable to download webpage: timed out", "network"),
        ("Something else", "download_error"),
    ],
)
def test_messages_have_names(message: str, status: str) -> None:
    assert status_of(message) == status
