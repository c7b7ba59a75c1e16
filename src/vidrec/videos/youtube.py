"""The YouTube source: the ids of a manifest kept in git, downloaded through yt-dlp.

Finished downloads and parts of unfinished ones stay in `.vidrec/downloads`, by id, whatever
becomes of the run. A video that cannot be had is replaced by its category's next reserve.
"""

import dataclasses
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import yt_dlp
from tqdm import tqdm

from vidrec.media import extraction, ffmpeg
from vidrec.media.containers import VideoError
from vidrec.media.extraction import Extraction, look
from vidrec.videos.manifest import Entry, one_line
from vidrec.workflow import state
from vidrec.workflow.errors import UserError, readable, tell
from vidrec.workflow.video import Video

# How often a video is asked for anew after HTTP 403, which a fresh extraction mostly clears.
EXTRACTIONS = 3
UNFINISHED = re.compile(r"\.(part|ytdl|temp)\b")

# Status and what yt-dlp's message says in that case; the first that fits counts.
STATUSES: tuple[tuple[str, str], ...] = (
    ("rate_limited", r"HTTP Error 429|not a bot|rate.limited|try again later"),
    ("forbidden", r"HTTP Error 403"),
    ("age_restricted", r"confirm your age|age.restricted|inappropriate for some users"),
    ("private", r"[Pp]rivate video|members-only|join this channel"),
    ("unavailable", r"unavailable|removed|not available|terminated|HTTP Error 4(?:04|10)"),
    ("network", r"[Uu]nable to (?:download|connect)|timed out|resolve|[Cc]onnection|HTTP Error 5"),
)


def watch_url(video_id: str) -> str:
    """The page of a YouTube video."""
    return f"https://www.youtube.com/watch?v={video_id}"


@dataclass(frozen=True)
class Rules:
    """What to download, and how gently. `sleep_s`: least and most pause between two videos.

    `decoding` is what a file must be like that was downloaded.
    """

    max_duration_s: float
    max_height: int
    max_filesize_mb: int
    decoding: extraction.Rules
    sleep_s: tuple[float, float] = (5.0, 10.0)
    url_of: Callable[[str], str] = watch_url
    extractors: tuple[str, ...] = ("youtube",)
    downloads: Path = dataclasses.field(default_factory=state.downloads)


def take(folder: Path, wanted: pd.DataFrame, rules: Rules, count: int, quorum: int) -> list[Entry]:
    """Download `count` videos of each category of `wanted`, and link them into `folder`.

    Reserves are tried in the order of their ranks. Once YouTube asks for a pause nothing more is
    downloaded; what is there counts. Raises UserError where a category has fewer than `quorum`.
    """
    entries: list[Entry] = []
    halted = False
    for _, group in wanted.groupby("category", sort=True):
        for entry in _take_category(group, rules, count, offline=halted):
            entries.append(entry)
            halted = halted or entry.status == "rate_limited"
    _check_quorum(entries, sorted(set(wanted["category"])), quorum)
    return [_link(folder, entry) for entry in entries]


def _take_category(
    group: pd.DataFrame, rules: Rules, count: int, *, offline: bool
) -> Iterator[Entry]:
    """An entry for each video tried, until there are `count` that count."""
    left = count
    category, name = (str(group[column].iloc[0]) for column in ("category", "category_name"))
    with tqdm(total=count, desc=f"downloading {readable(name)}", unit="video", disable=None) as bar:
        for video_id, title in zip(group["video_id"], group["title"], strict=True):
            if left == 0:
                return
            wanted = Entry(Video(category, video_id), "youtube", str(title), category_name=name)
            entry = _take_one(wanted, rules, offline)
            offline = offline or entry.status == "rate_limited"
            left -= entry.counts
            bar.update(entry.counts)
            yield entry


def _take_one(entry: Entry, rules: Rules, offline: bool) -> Entry:
    """`entry` with the file that was downloaded, now or before, or with the reason why not."""
    try:
        file = finished(rules.downloads, entry.video.video_id)
        if file is None and offline:
            raise VideoError("not_tried", "left alone after YouTube asked for a pause")
        file = file or download(rules.url_of(entry.video.video_id), entry.video.video_id, rules)
        found = _checked(file, rules.decoding)
        return replace(
            entry, file=file, duration_s=found.duration_s, status=found.status, error=found.error
        )
    except VideoError as error:
        return replace(entry, status=error.status, error=str(error))


def _checked(file: Path, decoding: extraction.Rules) -> Extraction:
    """What a downloaded video is; one that does not decode is not kept."""
    try:
        return look(file, decoding)
    except VideoError:
        file.unlink()
        raise


def finished(downloads: Path, name: str) -> Path | None:
    """The finished download of `name`, None where there is none yet."""
    found = sorted(downloads.glob(f"{name}.*"))
    return next((path for path in found if not UNFINISHED.search(path.name)), None)


def download(url: str, name: str, rules: Rules, extractions: int = EXTRACTIONS) -> Path:
    """Download the video at `url` as `name`.<ext>; where a part of it is there, go on with that.

    Raises VideoError; for HTTP 403 only after some fresh extractions.
    """
    rules.downloads.mkdir(parents=True, exist_ok=True)
    try:
        return _download_once(url, name, rules)
    except VideoError as error:
        if error.status != "forbidden" or extractions <= 1:
            raise
    return download(url, name, rules, extractions - 1)


def _download_once(url: str, name: str, rules: Rules) -> Path:
    refused: list[str] = []
    settings = options(name, rules)
    settings["match_filter"] = _match_filter(rules.max_duration_s, refused)
    try:
        with yt_dlp.YoutubeDL(settings) as client:
            client.extract_info(url, download=True)
    except (yt_dlp.utils.YoutubeDLError, ValueError) as error:
        # A ValueError comes from what is not a URL at all, such as `http://[`.
        message = said_by(error)
        raise VideoError(status_of(message), message) from None
    file = finished(rules.downloads, name)
    if file is not None:
        return file
    if refused:
        raise VideoError("refused", refused[-1])
    raise VideoError("too_large", f"larger than {rules.max_filesize_mb} MB, or no file came")


def said_by(error: Exception) -> str:
    """What yt-dlp complains of, in one line without its colours."""
    return one_line(re.sub(r"\x1b\[[0-9;]*m", "", str(error))).removeprefix("ERROR: ")


def options(name: str, rules: Rules) -> dict[str, Any]:
    """What yt-dlp is told. As a library it reads no config files and would not retry at all."""
    height = f"[height<=?{rules.max_height}]"
    return {
        "format": f"bv{height}[protocol^=http]/b{height}[protocol^=http]/bv*{height}/b{height}",
        "outtmpl": {"default": f"{name}.%(ext)s"},
        "paths": {"home": str(rules.downloads)},
        "allowed_extractors": list(rules.extractors),
        "noplaylist": True,
        "playlist_items": "1",
        "retries": 10,
        "fragment_retries": 10,
        "extractor_retries": 3,
        "file_access_retries": 3,
        "skip_unavailable_fragments": False,
        "ignoreerrors": False,
        "continuedl": True,
        "socket_timeout": 30,
        "sleep_interval": rules.sleep_s[0],
        "max_sleep_interval": rules.sleep_s[1],
        "max_filesize": rules.max_filesize_mb * 10**6,
        "ffmpeg_location": ffmpeg.binary(),
        "hls_prefer_native": True,
        "updatetime": False,
        "cachedir": False,
        "usenetrc": False,
        "quiet": True,
        "no_warnings": True,
        "noprogress": True,
        "logger": Silent(),
    }


class Silent:
    """A logger for yt-dlp that says nothing: errors come as exceptions, and as one line."""

    def debug(self, message: str) -> None:
        pass

    def warning(self, message: str) -> None:
        pass

    def error(self, message: str) -> None:
        pass


def _match_filter(max_duration_s: float, refused: list[str]) -> Callable[..., str | None]:
    """All conditions in one filter (yt-dlp would take any one of several); notes the reason."""

    def reason(info: dict[str, Any], *, incomplete: bool = False) -> str | None:
        found = refusal(info, max_duration_s)
        if found is not None and not incomplete:
            refused.append(found)
        return None if incomplete else found

    return reason


def refusal(info: dict[str, Any], max_duration_s: float) -> str | None:
    """Why a video is not wanted, None where it is."""
    duration = info.get("duration")
    if info.get("is_live") or info.get("live_status") in ("is_live", "is_upcoming"):
        return "a live stream"
    if duration is not None and duration > max_duration_s:
        return f"{duration:g} s long, more than {max_duration_s:g}"
    return None


def status_of(message: str) -> str:
    """The name of what a message of yt-dlp complains of."""
    for status, pattern in STATUSES:
        if re.search(pattern, message):
            return status
    return "download_error"


def _check_quorum(entries: Sequence[Entry], categories: Sequence[str], quorum: int) -> None:
    for category in categories:
        tried = [entry for entry in entries if entry.video.category == category]
        good = sum(entry.counts for entry in tried)
        if good < quorum:
            reasons = sorted({entry.status for entry in tried if not entry.counts})
            raise UserError(
                f"{category} has {good} of at least {quorum} videos ({', '.join(reasons)}): what"
                " is there is kept; run again later, or give the manifest more ids"
            )


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
