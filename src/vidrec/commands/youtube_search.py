"""Searching YouTube for ids: once, into a manifest that is committed. Stages never search."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pandas as pd
import yt_dlp

from vidrec.videos.manifest import one_line
from vidrec.videos.names import check_category
from vidrec.videos.youtube_manifest import COLUMNS
from vidrec.videos.youtube_options import Silent, refusal, said_by
from vidrec.videos.youtube_status import status_of
from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import SAFE_NAME

# Longer videos are left out of what a search finds.
MAX_DURATION_S = 900.0
# How many more hits are asked for than are wanted: some are live, too long, or double.
SURPLUS = 1.5

# A query and a number of hits -> hits in order, each with `id`, `title` and `duration`.
Search = Callable[[str, int], Iterable[dict[str, Any]]]


def youtube_search(query: str, count: int) -> list[dict[str, Any]]:
    """The first `count` hits for `query`. Raises UserError where the search fails."""
    settings = {
        "extract_flat": True,
        "quiet": True,
        "no_warnings": True,
        "extractor_retries": 3,
        "socket_timeout": 30,
        "cachedir": False,
        "logger": Silent(),
    }
    try:
        with yt_dlp.YoutubeDL(settings) as client:
            found = client.extract_info(f"ytsearch{count}:{query}", download=False)
    except yt_dlp.utils.YoutubeDLError as error:
        reason = one_line(said_by(error), 150)
        raise UserError(
            f"the search for {query!r} failed ({status_of(reason)}: {reason}):"
            " check the network, try later"
        ) from None
    return [hit for hit in found.get("entries") or [] if hit]


def discover(
    categories: dict[str, str], per_category: int, reserves: int, search: Search = youtube_search
) -> pd.DataFrame:
    """Ids for each category of `categories` (name -> query): wanted ones, then the reserves.

    Returns columns `category,rank,video_id,title,duration_s`; no id comes twice. Raises UserError
    where a category has a bad name or the search finds fewer than `per_category`.
    """
    for name in categories:
        check_category(name)
    wanted, seen = per_category + max(0, reserves), set[str]()
    rows: list[dict[str, Any]] = []
    for name, query in sorted(categories.items()):
        hits = search(query, round(wanted * SURPLUS))
        found = list(_usable(hits, seen))[:wanted]
        if len(found) < per_category:
            raise UserError(
                f"{query!r} finds {len(found)} videos for {name}, {per_category} are wanted:"
                " take a broader query or fewer videos"
            )
        seen.update(row["video_id"] for row in found)
        rows += [{"category": name, "rank": rank, **row} for rank, row in enumerate(found, 1)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _usable(hits: Iterable[dict[str, Any]], taken: set[str]) -> Iterator[dict[str, Any]]:
    """Rows for the hits that are whole videos of a known, moderate length, each id once."""
    seen = set(taken)
    for hit in hits:
        video_id = str(hit.get("id") or "")
        known = SAFE_NAME.fullmatch(video_id) and hit.get("duration")
        if not known or video_id in seen or refusal(hit, MAX_DURATION_S):
            continue
        seen.add(video_id)
        title = one_line(str(hit.get("title") or ""), 200)
        yield {"video_id": video_id, "title": title, "duration_s": round(float(hit["duration"]), 3)}
