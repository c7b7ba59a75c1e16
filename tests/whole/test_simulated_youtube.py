"""Downloads over a bad night, through yt-dlp's own extractor, from a YouTube on this machine.

390 ids in three categories, every fault once in each of them; in one run after the other YouTube
asks for a pause, takes us for a bot, the network goes, the process is killed in the middle of a
file, and the disk is full. The stage is run anew each time, mostly by `dvc repro`.
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
STAGE = ("python", "stages/download_videos.py", "--videos", "data/videos")
PLUGINS = Path(simulated_youtube.__file__).parent
# Statuses of files that have come, and are of no use.
BROKEN = {"corrupt", "no_video", "unsupported"}
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

    def ended_early(self, *command: str, killed: bool = False) -> str:
        """The error that a run ends with; no finished file may be lost."""
        before = self.kept()
        done = self.run(*command)
        said = done.stderr
        print(said)
        # DVC has an exit status of its own. A shell between may tell a kill as 128 and the signal.
        statuses = (-9, 137) if killed else (1,)
        told = {f"exited with {each}" for each in statuses}
        assert done.returncode in statuses or any(each in said for each in told)
        assert "Traceback" not in said
        assert before <= self.kept()
        errors = [line for line in said.splitlines() if line.startswith("error:")]
        assert len(errors) == (not killed)
        return "".join(errors)

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
    asked_to_pause(night, night.fine(cars, 25))
    taken_for_a_bot(night, night.fine(cars, 45))
    without_a_network(night, night.fine(cars, 70))
    killed_in_a_file(night, _long(night, cooking, 4), _long(night, cooking, 9))
    left = on_a_full_disk(night) if may_mount() else ""
    night.youtube.events[night.fine(pets, 50)] = server.STALL

    done = night.run(*REPRO)
    assert done.returncode == 0, done.stdout + done.stderr
    check_outcome(night)
    check_each_file_is_fetched_once(night, left)
    check_nothing_is_asked_again(night)
    if not may_mount():
        pytest.skip("all of it holds, without a full disk: no file system may be mounted here")


def asked_to_pause(night: Night, video_id: str) -> None:
    night.youtube.events[video_id] = server.PAUSED
    assert "rate_limited" in night.ended_early(*REPRO)
    assert not night.pages_after(video_id)


def taken_for_a_bot(night: Night, video_id: str) -> None:
    night.youtube.events[video_id] = server.SUSPICIOUS
    told = night.ended_early(*STAGE)
    assert "bot_check" in told
    assert "cookies" in told
    assert not night.pages_after(video_id)


def without_a_network(night: Night, video_id: str) -> None:
    """Three that do not answer end the run."""
    night.youtube.events[video_id] = server.GONE
    assert "network" in night.ended_early(*STAGE)
    assert len(night.pages_after(video_id)) <= 2


def killed_in_a_file(night: Night, cut: str, killed: str) -> None:
    """A connection is cut, and gone on with; then the stage is killed, and the next run goes on."""
    night.youtube.events |= {cut: server.CUT, killed: server.KILL}
    night.ended_early(*REPRO, killed=True)
    assert [each.start > 0 for each in night.youtube.media(cut)] == [False, True]
    assert [each.start > 0 for each in night.youtube.media(killed)] == [False]


def on_a_full_disk(night: Night) -> str:
    """A full disk ends the run. Gives the id of the video that did not fit."""
    before = night.youtube.count(PAGE).total()
    told = night.ended_early(*on_a_small_disk(night.project / ".vidrec", REPRO))
    assert "disk_full" in told
    assert 0 < night.youtube.count(PAGE).total() - before < 60
    return night.youtube.asked[-1].video_id


def check_nothing_is_asked_again(night: Night) -> None:
    """A run after one that has all asks YouTube nothing, whether DVC knows that or not."""
    asked = len(night.youtube.asked)
    assert "didn't change" in night.run(*REPRO).stdout
    done = night.run(*STAGE)
    assert done.returncode == 0, done.stderr
    assert len(night.youtube.asked) == asked
    check_files(night)


def _long(night: Night, category: str, number: int) -> str:
    """A video that is long enough to be broken off in its middle, `number` of its category."""
    found = [each for each in night.collection if _is_fine(each, category)]
    ids = [each.video_id for each in found if len(each.video.content) > LONG]
    return ids[number]


def check_outcome(night: Night) -> None:
    """Each id that was asked for has its true status, and what was not needed was left alone."""
    asked = expected(night.collection)
    assert {each.fault for each in asked} == {*FAULTS, FINE}
    status = check_files(night)
    wrong = {
        each.video_id: (each.fault, status.get(each.video_id))
        for each in asked
        if status.get(each.video_id) not in each.right
    }
    assert not wrong
    assert set(status) == {each.video_id for each in asked}
    unasked = {each.video_id for each in night.collection} - set(status)
    assert not unasked & set(night.youtube.count(PAGE))


def check_each_file_is_fetched_once(night: Night, left: str) -> None:
    """What had come was gone on with, not fetched anew; of the video `left` nothing may have."""
    for each in expected(night.collection):
        first, *more = night.youtube.media(each.video_id) or [server.Asked("", "")]
        if set(each.right) <= {"ok", "partial"} and each.video_id != left:
            assert first.start == 0
            assert all(one.start for one in more), (each.video_id, more)
        if set(each.right) <= BROKEN:
            assert not more, (each.fault, more)


def check_files(night: Night) -> dict[str, str]:
    """The statuses in the manifest; as many as are wanted count, and have their files."""
    manifest = pd.read_csv(night.project / "data/videos/manifest.csv", keep_default_na=False)
    good = manifest[manifest["status"].isin(["ok", "partial"])]
    assert dict(good["category"].value_counts()) == dict.fromkeys(CATEGORIES, WANTED)
    contents = {each.video_id: each.video.content for each in night.collection}
    for path, video_id in zip(good["path"], good["video_id"], strict=True):
        assert (night.project / path).read_bytes() == contents[video_id]
    return dict(zip(manifest["video_id"], manifest["status"], strict=True))
