"""Which of the videos that YouTube lists are taken, and why the others are left out."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from vidrec.commands.youtube_sources import Hit
from vidrec.videos.manifest import one_line
from vidrec.workflow.tables import SAFE_NAME

# Shorter videos (s) may give no frame at all; a list tells lengths in whole seconds.
MIN_DURATION_S = 1.0
# What a manifest says beyond it, changed by hand, is no length.
LONGEST_S = 1e9
# `live_status` of what is not there in its whole length yet, and how people call it.
NOT_YET = {"is_live": "live", "is_upcoming": "yet to come", "post_live": "live until just now"}
# `availability` of what not everybody can see.
CLOSED = {
    "private": "private",
    "subscriber_only": "for members",
    "premium_only": "to be paid for",
    "needs_auth": "behind a login",
}
# In a playlist only the title tells of these.
GONE = {"[Private video]": "private", "[Deleted video]": "deleted"}
ADULT = 18

# Why a video is left out that would do by itself.
THERE = "there already"
ELSEWHERE = "in another category"
REMOVED = "removed before"
DOUBLE = "found twice or uploaded again"
CHANNEL = "of a channel that has its share"

# A title and a length by which another upload of the same video is known.
Likeness = tuple[str, int]


@dataclass(frozen=True)
class Found:
    """A video of a list, and the `reason` why it is left out, empty where it will do.

    `channel` is empty where it is not told, or may have any share.
    """

    video_id: str
    title: str
    duration_s: float
    channel: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Held:
    """What a new video may not be: `ids` with the reason why, and what is `alike`."""

    ids: Mapping[str, str]
    alike: frozenset[Likeness]


@dataclass(frozen=True)
class Choice:
    """The videos chosen, in order; the last `over_share` of them exceed the share of a channel.

    `left_out` counts the others by reason.
    """

    found: tuple[Found, ...] = ()
    left_out: Counter[str] = field(default_factory=Counter)
    over_share: int = 0


def found_of(hit: Hit, max_duration_s: float, *, of_channel: bool) -> Found:
    """The video that a hit is; `of_channel` is whether its very channel was asked for."""
    return Found(
        video_id=str(hit.get("id") or ""),
        title=one_line(str(hit.get("title") or ""), 200),
        duration_s=round(float(hit.get("duration") or 0), 3),
        channel="" if of_channel else str(hit.get("channel_id") or ""),
        reason=unfit(hit, max_duration_s),
    )


def unfit(hit: Hit, max_duration_s: float) -> str:
    """Why a video will not do, by what the list tells of it; empty where it does.

    No list tells the size of a file: the download holds that against its own rule.
    """
    if not SAFE_NAME.fullmatch(str(hit.get("id") or "")):
        return "no video"
    live = "is_live" if hit.get("is_live") else hit.get("live_status")
    title, availability = hit.get("title"), hit.get("availability")
    closed = GONE.get(title or "") or NOT_YET.get(live or "") or CLOSED.get(availability or "")
    if closed is None and (hit.get("age_limit") or 0) >= ADULT:
        return "for adults"
    return closed or _unfit_length(hit.get("duration"), max_duration_s)


def _unfit_length(duration_s: float | None, max_duration_s: float) -> str:
    if duration_s is None:
        return "of unknown length"
    if duration_s < MIN_DURATION_S:
        return "too short"
    return "too long" if duration_s > max_duration_s else ""


def likeness(video_id: str, title: str, duration_s: float) -> Likeness:
    """A title without case, spaces and signs, and a length in whole seconds.

    A video without a title is like no other.
    """
    plain = unicodedata.normalize("NFKC", title).casefold()
    letters = "".join(char for char in plain if unicodedata.category(char)[0] in "LMN")
    return letters or plain or video_id, round(duration_s)


def held_of(rows: pd.DataFrame, category: str, removed: Iterable[str]) -> Held:
    """What the manifest `rows`, as text, holds already, and the ids that were `removed` from it."""
    ids = {
        video_id: THERE if name == category else ELSEWHERE
        for video_id, name in zip(rows["video_id"], rows["category"], strict=True)
    }
    lengths = pd.to_numeric(rows["duration_s"], errors="coerce")
    known = lengths.where(lengths.between(0, LONGEST_S), 0)
    told = zip(rows["video_id"], rows["title"], known, strict=True)
    return Held(dict.fromkeys(removed, REMOVED) | ids, frozenset(likeness(*each) for each in told))


def choose(hits: Iterable[Found], held: Held, count: int, share: int) -> Choice:
    """The first `count` new videos of `hits`, at most `share` of each channel.

    Those of the category that are found again count for the share of their channel. Where others
    are too few, those beyond the share come last.
    """
    chosen: list[Found] = []
    aside: list[Found] = []
    left_out, channels = Counter[str](), Counter[str]()
    for hit in _marked(hits, held):
        if hit.reason:
            left_out[hit.reason] += 1
            channels[hit.channel] += hit.reason == THERE
        elif hit.channel and channels[hit.channel] >= share:
            aside.append(hit)
        else:
            chosen.append(hit)
            channels[hit.channel] += 1
        if len(chosen) == count:
            break
    found = (*chosen, *aside)[:count]
    over_share = len(found) - len(chosen)
    left_out[CHANNEL] += len(aside) - over_share
    return Choice(found, +left_out, over_share)


def _marked(hits: Iterable[Found], held: Held) -> Iterator[Found]:
    """`hits`, with the reason of those that are held already, or came before."""
    ids, alike = dict(held.ids), set(held.alike)
    for hit in hits:
        like = likeness(hit.video_id, hit.title, hit.duration_s)
        double = DOUBLE if like in alike else ""
        marked = replace(hit, reason=hit.reason or ids.get(hit.video_id, double))
        yield marked
        if not marked.reason:
            ids[hit.video_id] = DOUBLE
            alike.add(like)
