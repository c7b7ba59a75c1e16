"""The YouTube source: the ids of a manifest kept in git, downloaded through yt-dlp.

Finished downloads and parts of unfinished ones stay in `.vidrec/downloads`, by id, whatever
becomes of the run. A video that cannot be had is replaced by its category's next reserve.
"""

import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from vidrec.media.containers import VideoError
from vidrec.videos.downloads import Downloads, Known, finished, locked
from vidrec.videos.manifest import YOUTUBE, Entry
from vidrec.videos.youtube_access import access
from vidrec.videos.youtube_client import Client, opened
from vidrec.videos.youtube_options import Log, Rules
from vidrec.videos.youtube_outcomes import NAME, Outcomes, circumstances
from vidrec.videos.youtube_shortfalls import categories_of, check
from vidrec.videos.youtube_status import MEANINGS, Status
from vidrec.workflow import underway
from vidrec.workflow.diary import FAILED, KEPT, MADE, Diary, diary
from vidrec.workflow.errors import tell
from vidrec.workflow.progress import Progress, show
from vidrec.workflow.video import Video

# With one of these there is no sense in asking for anything else now.
ENDS = frozenset([Status.BOT_CHECK, Status.RATE_LIMITED, Status.DISK_FULL])
# Nor with so many of these in a row: the network is gone, or YouTube is not what yt-dlp knows.
IN_A_ROW = {
    Status.NETWORK: 3,
    Status.OUTDATED: 10,
    Status.FORMAT_MISSING: 10,
    Status.JS_RUNTIME: 10,
    Status.FORBIDDEN: 10,
}
# A length is told in whole seconds, rounded one way or the other.
ROUNDED_S = 1.0


class Asking:
    """The asking of YouTube in one run: with pauses, and an end once it makes no more sense."""

    def __init__(self, client: Client, rules: Rules, outcomes: Outcomes) -> None:
        self._client, self._rules, self._outcomes = client, rules, outcomes
        self._asked = False
        # What became of the last ids that were asked for, as far back as it was the same.
        self._last, self._in_a_row = "", 0
        # Why nothing more is asked for; empty while there is.
        self._ended = ""

    def ask(self, video_id: str, *, needed: bool) -> Path:
        """The file of a video that was not there yet. Raises VideoError where it cannot be had.

        One that is not `needed`, as there are enough without it, is not asked again so soon.
        """
        known = self._outcomes.lasting(video_id, needed=needed)
        if known is not None:
            raise VideoError(known.status, known.error)
        if self._ended:
            raise VideoError(Status.NOT_TRIED, f"left alone: {self._ended}")
        self._pause()
        try:
            file = self._download(video_id)
        except VideoError as error:
            self._outcomes.note(video_id, error.status, error.message)
            self._judge(error)
            raise
        self._count(Status.OK)
        self._outcomes.note(video_id, Status.OK)
        return file

    def _download(self, video_id: str) -> Path:
        self._client.download(self._rules.url_of(video_id), video_id)
        file = finished(self._rules.downloads, video_id)
        if file is None:
            raise VideoError(Status.UNKNOWN, "yt-dlp has ended without an error and without a file")
        return file.rename(file.with_name(f"{video_id}{file.suffix}"))

    def _pause(self) -> None:
        # Where nothing answers there is nobody to be gentle with.
        if self._asked and self._last != Status.NETWORK:
            # Not for secrecy: only that requests do not come at one beat.
            time.sleep(random.uniform(*self._rules.pause_s))
        self._asked = True

    def _count(self, status: str) -> None:
        self._in_a_row = self._in_a_row + 1 if status == self._last else 1
        self._last = status

    def _judge(self, error: VideoError) -> None:
        """Whether to go on after `error`."""
        status = Status(error.status)
        self._count(status)
        if status in ENDS or self._in_a_row == IN_A_ROW.get(status):
            self._ended = MEANINGS[status]


@dataclass(frozen=True)
class Run:
    """What the videos of a run have in common."""

    rules: Rules
    asking: Asking
    kept: Downloads
    diary: Diary
    count: Callable[[], None]


def take(folder: Path, wanted: pd.DataFrame, rules: Rules, count: int, quorum: int) -> list[Entry]:
    """Download `count` videos of each category of `wanted`, and link them into `folder`.

    Reserves are tried in the order of their ranks. Once there is no sense in asking on, nothing
    more is downloaded; what is there counts. Raises UserError where a category is short although
    another run would have more of it, or has fewer than `quorum`.
    """
    given, names = access(), sorted(set(wanted["category"]))
    with (
        locked(rules.downloads),
        opened(rules, given, Log()) as client,
        _counting(_most(wanted, count)) as counted,
    ):
        outcomes = Outcomes(rules.downloads / NAME, circumstances(rules, given))
        asking = Asking(client, rules, outcomes)
        kept = Downloads(rules.downloads, rules.decoding)
        run = Run(rules, asking, kept, diary("download_videos"), counted)
        entries = [
            entry
            for _, group in wanted.groupby("category", sort=True)
            for entry in _take_category(run, group, count)
        ]
    check(categories_of(entries, names, count), quorum, rules.downloads)
    return [_link(folder, entry) for entry in entries]


def _most(wanted: pd.DataFrame, count: int) -> int:
    """How many videos there can be: a category of the manifest may have fewer ids than wanted."""
    return sum(min(count, len(group)) for _, group in wanted.groupby("category"))


def _take_category(run: Run, group: pd.DataFrame, left: int) -> Iterator[Entry]:
    """An entry for each video tried, until `left` of them count."""
    category, name = (str(group[column].iloc[0]) for column in ("category", "category_name"))
    needed = sum(run.kept.has(each) for each in group["video_id"]) < left
    for video_id, title in zip(group["video_id"], group["title"], strict=True):
        if left == 0:
            return
        wanted = Entry(Video(category, video_id), YOUTUBE, str(title), category_name=name)
        entry = _noted(run, wanted, needed)
        if entry.counts:
            left -= 1
            run.count()
        yield entry


@contextmanager
def _counting(total: int) -> Iterator[Callable[[], None]]:
    """What to call for each video that counts: it is shown how far the run is, until the end."""
    progress = Progress("download videos", "video", total)
    underway.keep_count(progress)
    with ExitStack() as stack:
        step = show(progress, stack)

        def count() -> None:
            progress.done += 1
            step()

        yield count


def _noted(run: Run, wanted: Entry, needed: bool) -> Entry:
    """What becomes of a video that is wanted, with a line of the diary."""
    begun, there = time.monotonic(), run.kept.find(wanted.video.video_id)
    with run.diary.telling(str(wanted.video)):
        entry = _take_one(run, wanted, there, needed)
    done = KEPT if there else MADE if entry.counts else FAILED
    told = f"{entry.status}: {entry.error}" if entry.error else entry.status
    run.diary.note(done, str(wanted.video), begun, told)
    return entry


def _take_one(run: Run, entry: Entry, there: Path | None, needed: bool) -> Entry:
    """`entry` with the file that was downloaded, now or before, or with the reason why not."""
    try:
        file = there or run.asking.ask(entry.video.video_id, needed=needed)
        known = run.kept.known(file)
        file = run.kept.place(file, known)
        _check(run.rules, file, known)
    except VideoError as error:
        return replace(entry, status=str(error.status), error=error.message)
    return replace(
        entry,
        file=file,
        duration_s=known.duration_s,
        status=known.status,
        error=known.error,
        sha256=known.sha256,
    )


def _check(rules: Rules, file: Path, known: Known) -> None:
    """Raise VideoError for a file that does not count: rules change, and it may be of before."""
    size_mb = file.stat().st_size / 10**6
    if known.broken:
        raise VideoError(known.status, known.error)
    if known.duration_s > rules.max_duration_s + ROUNDED_S:
        error = f"{known.duration_s:g} s long, more than {rules.max_duration_s:g}"
        raise VideoError(Status.TOO_LONG, error)
    if size_mb > rules.max_filesize_mb:
        error = f"{size_mb:.1f} MB, more than {rules.max_filesize_mb}"
        raise VideoError(Status.TOO_LARGE, error)


def _link(folder: Path, entry: Entry) -> Entry:
    """`entry` with its file under `folder` too, without a copy where the file system can."""
    if entry.file is None:
        return entry
    target = folder / entry.video.category / entry.file.name
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(entry.file, target)
    except OSError:
        tell(f"copying {entry.file}: {target.parent} takes no hard link")
        shutil.copyfile(entry.file, target)
    return replace(entry, file=target)
