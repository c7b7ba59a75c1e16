"""Downloads over a bad night, through yt-dlp's own extractor, from a YouTube on this machine.

390 ids in three categories, every fault once in each of them; in one run after the other YouTube
asks for a pause, takes us for a bot, the network goes, the process is killed in the middle of a
file, and the disk is full. `dvc repro` is run anew each time, as a person would.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest
from tests import simulated_youtube
from tests.projects import copy_tiny, write_params
from tests.simulated_youtube import server
from tests.simulated_youtube.collection import (
    CATEGORIES,
    FAULTS,
    FINE,
    Planned,
    made,
    manifest_of,
    with_mark,
)
from tests.simulated_youtube.server import PAGE, Youtube, serving

SEED = 11
WANTED, LEAST = 100, 80
REPRO = ("dvc", "repro", "download_videos")
PLUGINS = Path(simulated_youtube.__file__).parent
# What a file is padded to that is to be broken off in its middle: more than any buffer holds.
LONG = 400_000
# Memory pages, in bytes, of which a file system in memory takes whole ones; and files that still
# fit on it before it is full.
PAGE_BYTES, FILES_LEFT = 4096, 12


@dataclass(frozen=True)
class Night:
    """The project, the simulated YouTube, and what is in it."""

    project: Path
    youtube: Youtube
    collection: list[Planned]

    def fine(self, category: str, number: int) -> str:
        """The id of a video without a fault: number `number` of its category."""
        ids = [each.video_id for each in self.collection if _is_fine(each, category)]
        return ids[number]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the project, with YouTube as it always is."""
        self.youtube.state = server.OPEN
        source = self.project / "src"
        environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": f"{source}{os.pathsep}{PLUGINS}",
            server.ADDRESS: self.youtube.address,
            "VIDREC_PAUSE_S": "0-0",
            "no_proxy": "127.0.0.1",
        }
        return subprocess.run(
            command,
            cwd=self.project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def interrupted(self, event: str, video_id: str, *command: str) -> str:
        """What a run says that ends early because of an event; no finished file may be lost."""
        before = self.kept()
        self.youtube.events[video_id] = event
        done = self.run(*(command or REPRO))
        assert done.returncode != 0, done.stdout + done.stderr
        assert video_id not in self.youtube.events, done.stdout + done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        assert before <= self.kept()
        return done.stderr

    def kept(self) -> set[str]:
        """The finished downloads, by content."""
        files = (self.project / ".vidrec").rglob("*.mp4")
        return {hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    def pages_after(self, video_id: str) -> set[str]:
        """The other videos that were asked for since `video_id` last was."""
        pages = [each.video_id for each in self.youtube.asked if each.kind == PAGE]
        return set(pages[len(pages) - pages[::-1].index(video_id) :])


def _is_fine(planned: Planned, category: str) -> bool:
    return planned.category == category and planned.fault == FINE


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    collection = [_lengthened(each) for each in made(SEED)]
    copy_tiny(tmp_path / "project")
    settings = {
        "source": "youtube",
        "youtube_manifest": "manifests/night.csv",
        "youtube_videos_per_category": WANTED,
        "youtube_min_videos_per_category": LEAST,
        "youtube_max_filesize_mb": 1,
    }
    write_params(tmp_path / "project", {"download_videos": settings})
    manifest_of(collection).to_csv(tmp_path / "project/manifests/night.csv", index=False)
    videos = {each.video_id: each.video for each in collection}
    with serving(Youtube(videos)) as youtube:
        yield Night(tmp_path / "project", youtube, collection)


def _lengthened(planned: Planned) -> Planned:
    """Every fifth video that is fine is long enough to be broken off in its middle."""
    if planned.fault != FINE or planned.rank % 5:
        return planned
    content = with_mark(planned.video.content, planned.video_id, LONG)
    return replace(planned, video=replace(planned.video, content=content))


def expected(collection: Sequence[Planned]) -> list[Planned]:
    """What is asked for in the end: of each category as many as it takes to have those wanted."""
    asked = []
    for category in CATEGORIES:
        left = WANTED
        for planned in (each for each in collection if each.category == category):
            if left:
                asked.append(planned)
                left -= set(planned.right) <= {"ok", "partial"}
    return asked


def may_mount() -> bool:
    """Whether this user may have a file system in memory, in a name space of their own."""
    trial = ("unshare", "--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "x", "/mnt")
    found = shutil.which("unshare")
    return bool(found) and subprocess.run(trial, capture_output=True, check=False).returncode == 0


def on_a_small_disk(folder: Path, command: Sequence[str]) -> list[str]:
    """`command`, with `folder` on a file system that has room for a few more files.

    What comes to lie there is copied back at the end.
    """
    files = [file for file in folder.rglob("*") if file.is_file()]
    used = sum(-(-file.stat().st_size // PAGE_BYTES) for file in files)
    size = (used + 4 * FILES_LEFT) * PAGE_BYTES
    disk = folder.with_name("small_disk")
    disk.mkdir()
    script = (
        'set -e; folder=$1 disk=$2; shift 3; mount -t tmpfs -o "size=$0" small "$disk"; '
        'cp -a "$folder/." "$disk"; mount --bind "$disk" "$folder"; '
        'status=0; "$@" || status=$?; umount "$folder"; cp -a "$disk/." "$folder"; exit $status'
    )
    shell = ["sh", "-c", script, str(size), str(folder), str(disk), "--", *command]
    return ["unshare", "--user", "--map-root-user", "--mount", *shell]


def test_a_bad_night_ends_with_all_that_was_wanted(night: Night) -> None:
    cars, cooking, pets = CATEGORIES
    paused = night.fine(cars, 25)
    told = night.interrupted(server.PAUSED, paused)
    assert "rate_limited" in told
    assert not night.pages_after(paused)

    suspicious = night.fine(cars, 45)
    told = night.interrupted(server.SUSPICIOUS, suspicious)
    assert "bot_check" in told
    assert "cookies" in told
    assert not night.pages_after(suspicious)

    gone = night.fine(cars, 70)
    told = night.interrupted(server.GONE, gone)
    assert "network" in told
    assert len(night.pages_after(gone)) <= 2

    cut, killed = _long(night, cooking, 4), _long(night, cooking, 9)
    night.youtube.events[cut] = server.CUT
    night.interrupted(server.KILL, killed)
    assert night.youtube.media(cut)[1].start > 0

    night.youtube.events[night.fine(pets, 3)] = server.STALL
    if may_mount():
        command = on_a_small_disk(night.project / ".vidrec", REPRO)
        before, pages = night.kept(), night.youtube.count(PAGE)
        done = night.run(*command)
        assert done.returncode == 1
        assert "disk_full" in done.stderr
        assert "Traceback" not in done.stderr
        assert before <= night.kept()
        assert sum((night.youtube.count(PAGE) - pages).values()) < 80
        assert night.youtube.media(killed)[1].start > 0

    done = night.run(*REPRO)
    assert done.returncode == 0, done.stdout + done.stderr
    check_outcome(night)

    asked = len(night.youtube.asked)
    assert "didn't change" in night.run(*REPRO).stdout
    script = ("python", "stages/download_videos.py", "--videos", "data/videos")
    done = night.run(*script)
    assert done.returncode == 0, done.stderr
    assert len(night.youtube.asked) == asked
    if not may_mount():
        pytest.skip("all of it holds, without a full disk: no file system may be mounted here")


def _long(night: Night, category: str, number: int) -> str:
    """A video that is long enough to be broken off in its middle, `number` of its category."""
    found = [each for each in night.collection if _is_fine(each, category)]
    ids = [each.video_id for each in found if len(each.video.content) > LONG]
    return ids[number]


def check_outcome(night: Night) -> None:
    """Each id that was asked for has its true status; each that counts, its file, fetched once."""
    manifest = pd.read_csv(night.project / "data/videos/manifest.csv", keep_default_na=False)
    status = dict(zip(manifest["video_id"], manifest["status"], strict=True))
    asked = expected(night.collection)
    wrong = {
        each.video_id: (each.fault, status.get(each.video_id))
        for each in asked
        if status.get(each.video_id) not in each.right
    }
    assert not wrong
    assert set(status) == {each.video_id for each in asked}
    assert {each.fault for each in asked} == {*FAULTS, FINE}
    for each in asked:
        if status[each.video_id] in ("ok", "partial"):
            file = night.project / "data/videos" / each.category / f"{each.video_id}.mp4"
            assert file.read_bytes() == each.video.content
    unasked = {each.video_id for each in night.collection} - set(status)
    assert not unasked & set(night.youtube.count(PAGE))
    assert not refetched(night, asked)


def refetched(night: Night, asked: Sequence[Planned]) -> dict[str, list[server.Asked]]:
    """The requests for files that were asked for after they had been sent to their end."""
    found: dict[str, list[server.Asked]] = {}
    for each in asked:
        requests = night.youtube.media(each.video_id)
        size = len(each.video.content)
        ended = [number for number, one in enumerate(requests) if one.start + one.sent == size]
        if ended and ended[0] != len(requests) - 1 and each.fault != "too large":
            found[each.video_id] = requests
    return found
