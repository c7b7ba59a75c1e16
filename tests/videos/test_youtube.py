"""Downloads through yt-dlp from a server on this machine, and what happens when they fail."""

import errno
import json
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yt_dlp

from vidrec.media import extraction, ffmpeg
from vidrec.media.extraction import Extraction
from vidrec.videos import downloads, youtube, youtube_client
from vidrec.videos.manifest import Entry
from vidrec.videos.youtube import take
from vidrec.videos.youtube_manifest import COLUMNS
from vidrec.videos.youtube_options import Rules
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
def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Site]:
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

    monkeypatch.chdir(tmp_path)
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


def here(folder: Path) -> list[str]:
    """The files in `folder` that are not ours."""
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


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
    assert got["lost"] == "removed"
    assert got["junk"] == "corrupt"
    assert "extra" not in got
    assert (tmp_path / "out/cars/-good2.mp4").read_bytes() == clip
    assert entries[0].title == "title of good1"
    assert entries[0].duration_s == 1.0
    assert not list(rules.downloads.glob("junk*"))
    assert (rules.downloads / "set_aside/junk.mp4").read_bytes() == site.files["junk"]


def test_the_diary_has_a_line_for_each_id(
    site: Site, rules: Rules, clip: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    site.files = {"a": clip, "c": clip}
    take(tmp_path / "out", table(cars=["a"]), rules, 1, 1)
    take(tmp_path / "out2", table(cars=["a", "gone", "c"]), rules, 2, 1)
    lines = Path(".vidrec/logs/download_videos.log").read_text().splitlines()
    told = [line.split("\t")[2:] for line in lines]
    assert [(what, video, status.partition(":")[0]) for what, video, _, status in told] == [
        ("made", "cars/a", "ok"),
        ("kept", "cars/a", "ok"),
        ("failed", "cars/gone", "removed"),
        ("made", "cars/c", "ok"),
    ]


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
    (rules.downloads / "a.mp4.mp4.part").write_bytes(clip[:500])
    take(tmp_path / "out", table(cars=["a"]), rules, 1, 1)
    assert "bytes=500-" in site.ranges
    assert (tmp_path / "out/cars/a.mp4").read_bytes() == clip


def test_a_part_of_another_stream_is_left_alone(
    site: Site, rules: Rules, clip: bytes, tmp_path: Path
) -> None:
    site.files = {"a": clip}
    rules.downloads.mkdir()
    (rules.downloads / "a.other.mp4.part").write_bytes(clip[:500])
    take(tmp_path / "out", table(cars=["a"]), rules, 1, 1)
    assert (rules.downloads / "a.mp4").read_bytes() == clip
    assert here(rules.downloads) == ["a.mp4", "a.other.mp4.part"]


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
    for least in (2, 1):
        with pytest.raises(UserError, match=r"cars has 1 of 2 videos .*1 rate_limited") as told:
            take(tmp_path / "out", wanted, rules, 2, least)
        assert "pets has 1 of 2 videos (1 not_tried)" in str(told.value)
        assert "run `dvc repro` again in some hours" in str(told.value)
        assert str(told.value).endswith("to 1")
    assert site.asked["c"] == site.asked["e"] == 0
    assert here(rules.downloads) == ["a.mp4", "d.mp4"]
    site.failures = {}
    site.files["e"] = clip
    entries = take(tmp_path / "out2", wanted, rules, 2, 2)
    assert statuses(entries) == dict.fromkeys("abde", "ok")
    assert site.asked["a"] == 2, "the generic extractor looks before it downloads"


def test_a_partial_video_counts_towards_those_wanted(
    rules: Rules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def partial(_: object, entry: Entry, there: object, needed: bool) -> Entry:
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


def test_offline_three_are_asked_for(
    rules: Rules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def nowhere(video_id: str) -> str:
        asked.append(video_id)
        return "http://127.0.0.1:9/a.mp4"

    rules.downloads.mkdir()
    closed = replace(rules, url_of=nowhere)
    with pytest.raises(UserError, match="once the network answers") as told:
        take(tmp_path / "out", table(cars=list("abcdef"), pets=list("xyz")), closed, 2, 1)
    assert asked == ["a", "b", "c"]
    assert "cars has 0 of 2 videos (3 network, 3 not_tried)" in str(told.value)


def test_a_youtube_that_yt_dlp_does_not_know_is_not_asked_for_all(
    site: Site, rules: Rules, tmp_path: Path
) -> None:
    site.failures = {f"v{number:02}": [403] * 99 for number in range(20)}
    with pytest.raises(UserError, match=r"10 forbidden, 10 not_tried.*newer yt-dlp"):
        take(tmp_path / "out", table(cars=sorted(site.failures)), rules, 2, 1)
    assert site.asked["v09"] > 0
    assert site.asked["v10"] == 0


def test_what_answers_in_between_begins_the_count_anew(
    site: Site, rules: Rules, clip: bytes, tmp_path: Path
) -> None:
    site.files = {"c": clip, "f": clip}
    site.failures = {name: [503] * 99 for name in "abde"}
    entries = take(tmp_path / "out", table(cars=list("abcdef")), rules, 2, 2)
    assert statuses(entries) == {name: "ok" if name in "cf" else "network" for name in "abcdef"}


def test_what_is_gone_is_not_asked_for_again(
    site: Site, rules: Rules, clip: bytes, tmp_path: Path
) -> None:
    site.files = {"a": clip}
    wanted = table(cars=["gone", "a"])
    first = take(tmp_path / "out", wanted, rules, 1, 1)
    asked = site.asked["gone"]
    again = take(tmp_path / "out2", wanted, rules, 1, 1)
    assert site.asked["gone"] == asked
    assert (again[0].status, again[0].error) == (first[0].status, first[0].error)
    take(tmp_path / "out3", wanted, replace(rules, max_filesize_mb=49), 1, 1)
    assert site.asked["gone"] == 2 * asked
    journal = rules.downloads / ".outcomes.json"
    kept = json.loads(journal.read_text())
    kept["gone"]["when"] -= 25 * 3600
    journal.write_text(json.dumps(kept))
    take(tmp_path / "out4", wanted, replace(rules, max_filesize_mb=49), 1, 1)
    assert site.asked["gone"] == 3 * asked


@pytest.mark.parametrize("error", [UserError("no room in /tmp"), OSError(errno.ENOSPC, "full")])
def test_a_fault_of_the_machine_moves_nothing(
    site: Site,
    rules: Rules,
    clip: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    rules.downloads.mkdir()
    for name in "ab":
        (rules.downloads / f"{name}.mp4").write_bytes(clip)

    def failing(*_: object) -> Extraction:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(extraction, "look", failing)
        with pytest.raises(type(error)):
            take(tmp_path / "out", table(cars=["a", "b"]), rules, 2, 1)
    assert here(rules.downloads) == ["a.mp4", "b.mp4"]
    entries = take(tmp_path / "out", table(cars=["a", "b"]), rules, 2, 2)
    assert statuses(entries) == {"a": "ok", "b": "ok"}
    assert not site.asked


def test_an_ffmpeg_that_cannot_run_moves_nothing(
    site: Site, rules: Rules, clip: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules.downloads.mkdir()
    (rules.downloads / "a.mp4").write_bytes(clip)
    monkeypatch.setenv("VIDREC_FFMPEG", str(shutil.which("false")))
    ffmpeg.version.cache_clear()
    with pytest.raises(UserError, match="-version fails"):
        take(tmp_path / "out", table(cars=["a", "b"]), rules, 2, 1)
    ffmpeg.version.cache_clear()
    assert here(rules.downloads) == ["a.mp4"]
    assert not site.asked


def test_what_is_set_aside_is_not_fetched_again_and_may_come_back(
    site: Site, rules: Rules, clip: bytes, tmp_path: Path
) -> None:
    half = ffmpeg.encode_clip([bytes(64 * 48 * 3)] * 60, 64, 48, 6)
    site.files = {"half": half[: len(half) * 2 // 3], "a": clip}
    wanted = table(cars=["half", "a"])
    strict = replace(rules, decoding=extraction.Rules(600, 1.0))
    entries = take(tmp_path / "out", wanted, strict, 1, 1)
    assert entries[0].status in ("truncated", "corrupt")
    assert here(rules.downloads) == ["a.mp4", "set_aside"]
    asked = site.asked["half"]
    again = take(tmp_path / "out2", wanted, strict, 1, 1)
    assert [each.status for each in again] == [each.status for each in entries]
    assert site.asked["half"] == asked


def test_kept_files_are_not_decoded_again(
    site: Site, rules: Rules, clip: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.files = {"a": clip}
    take(tmp_path / "out", table(cars=["a"]), rules, 1, 1)
    monkeypatch.setattr(extraction, "look", None)
    (entry,) = take(tmp_path / "out2", table(cars=["a"]), rules, 1, 1)
    assert entry.duration_s == 1.0


def test_kept_files_are_held_against_the_rules_of_now(
    site: Site, rules: Rules, clip: bytes, tmp_path: Path
) -> None:
    rules.downloads.mkdir()
    long = ffmpeg.encode_clip([bytes(64 * 48 * 3)] * 60, 64, 48, 6)
    (rules.downloads / "long.mp4").write_bytes(long)
    (rules.downloads / "large.mp4").write_bytes(clip + bytes(2_000_000))
    site.files = {"a": clip}
    now = replace(rules, max_duration_s=2, max_filesize_mb=1)
    entries = take(tmp_path / "out", table(cars=["long", "large", "a"]), now, 1, 1)
    assert statuses(entries) == {"long": "too_long", "large": "too_large", "a": "ok"}
    assert here(rules.downloads) == ["a.mp4", "large.mp4", "long.mp4"]
    assert [path.name for path in (tmp_path / "out/cars").iterdir()] == ["a.mp4"]


def test_too_few_ids_are_told_and_are_no_error(
    site: Site, rules: Rules, clip: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site.files = {"a": clip}
    entries = take(tmp_path / "out", table(cars=["a", "gone"]), rules, 2, 1)
    assert statuses(entries) == {"a": "ok", "gone": "removed"}
    assert "cars has 1 of 2 videos (1 removed)" in capsys.readouterr().err
    with pytest.raises(UserError, match="at least 2 are needed"):
        take(tmp_path / "out", table(cars=["a", "gone"]), rules, 2, 2)


def test_a_full_disk_ends_it_and_is_named(
    site: Site, rules: Rules, clip: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.files = dict.fromkeys("abc", clip)

    def full(*_: object, **__: object) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("yt_dlp.downloader.common.FileDownloader.sanitize_open", full)
    with pytest.raises(UserError, match=r"1 disk_full, 2 not_tried\).*once there is room in"):
        take(tmp_path / "out", table(cars=list("abc")), rules, 3, 1)
    assert site.asked["b"] == 0


def test_a_folder_that_may_not_be_written_is_no_fault_of_a_video(
    site: Site, rules: Rules, clip: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.files = {"a": clip}

    def refused(*_: object, **__: object) -> Any:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("yt_dlp.downloader.common.FileDownloader.sanitize_open", refused)
    with pytest.raises(UserError, match="downloads cannot be written"):
        take(tmp_path / "out", table(cars=["a"]), rules, 1, 1)


def test_pauses_come_between_videos_that_are_asked_for(
    site: Site, rules: Rules, clip: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    rules.downloads.mkdir()
    (rules.downloads / "kept.mp4").write_bytes(clip)
    site.files = {"a": clip, "b": clip}
    calm = replace(rules, pause_s=(5.0, 10.0))
    take(tmp_path / "out", table(cars=["kept", "a", "gone", "b"]), calm, 3, 3)
    between = [each for each in slept if each >= 5]
    assert len(between) == 2
    assert all(5 <= each <= 10 for each in between)


def test_two_runs_do_not_download_into_one_folder(rules: Rules, tmp_path: Path) -> None:
    with downloads.locked(rules.downloads), pytest.raises(UserError, match="another run"):
        take(tmp_path / "out", table(cars=["a"]), rules, 1, 1)


def test_unknown_errors_are_told_with_their_words(
    site: Site,
    rules: Rules,
    clip: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    site.files = {"a": clip}
    ask = youtube_client.Client._download_once

    def strange(client: youtube_client.Client, url: str, name: str) -> None:
        if name == "odd":
            raise client._failure(yt_dlp.utils.YoutubeDLError("moon in the way"))
        ask(client, url, name)

    monkeypatch.setattr(youtube_client.Client, "_download_once", strange)
    entries = take(tmp_path / "out", table(cars=["odd", "a"]), rules, 1, 1)
    assert statuses(entries) == {"odd": "download_error", "a": "ok"}
    told = capsys.readouterr().err
    assert "1 video failed for reasons vidrec does not know: moon in the way;" in told
