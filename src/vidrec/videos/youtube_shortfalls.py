"""What is told of categories that have fewer videos than are wanted, and when that is an error."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vidrec.videos.manifest import Entry
from vidrec.videos.youtube_status import CUT_SHORT, MEANINGS, Status
from vidrec.workflow.errors import UserError, tell

COUNT = "download_videos.youtube_videos_per_category"
LEAST = "download_videos.youtube_min_videos_per_category"
# When another run will have more, by what has cut this one short; the first that fits counts.
WHEN = (
    (Status.DISK_FULL, "once there is room in {downloads}"),
    (Status.BOT_CHECK, "in some hours, or with cookies in VIDREC_COOKIES (docs/youtube.md)"),
    (Status.RATE_LIMITED, "in some hours"),
    (Status.NETWORK, "once the network answers"),
    (Status.OUTDATED, "with a newer yt-dlp (docs/youtube.md)"),
    (Status.FORMAT_MISSING, "with a newer yt-dlp (docs/youtube.md)"),
    (Status.JS_RUNTIME, "with a JavaScript runtime (docs/youtube.md)"),
    (Status.FORBIDDEN, "in some hours, or with a newer yt-dlp (docs/youtube.md)"),
)
# How many errors of an unknown kind are shown.
SHOWN = 3


@dataclass(frozen=True)
class Category:
    """The ids of a category that were looked at, and how many videos are wanted."""

    name: str
    entries: Sequence[Entry]
    wanted: int

    @property
    def good(self) -> int:
        return sum(entry.counts for entry in self.entries)

    @property
    def reasons(self) -> Counter[str]:
        return Counter(str(entry.status) for entry in self.entries if not entry.counts)

    @property
    def told(self) -> str:
        return f"{self.name} has {self.good} of {self.wanted} videos ({listed(self.reasons)})"

    @property
    def is_short(self) -> bool:
        return self.good < self.wanted

    @property
    def is_cut_short(self) -> bool:
        return self.is_short and not CUT_SHORT.isdisjoint(self.reasons)


def categories_of(entries: Iterable[Entry], names: Iterable[str], wanted: int) -> list[Category]:
    """`entries` by category, `names` being all that there are."""
    kept = list(entries)
    return [
        Category(name, [each for each in kept if each.video.category == name], wanted)
        for name in names
    ]


def check(categories: Sequence[Category], least: int, downloads: Path) -> None:
    """Tell what is short and why.

    Raises UserError where a run that was cut short leaves one short, so that DVC does not take the
    stage for done, and where one has fewer than `least`.
    """
    for line in remarks(categories):
        tell(line)
    cut = [each for each in categories if each.is_cut_short]
    if cut:
        raise UserError(_cut_short(cut, least, downloads))
    few = [each for each in categories if each.good < min(least, each.wanted)]
    if few:
        raise UserError(
            f"{'; '.join(each.told for each in few)}, and at least {least} are needed: what is"
            f" there is kept; give the manifest more ids with `vidrec discover`, or lower {LEAST}"
        )


def remarks(categories: Sequence[Category]) -> Iterator[str]:
    """What a user should know although the stage may go on."""
    entries = [entry for each in categories for entry in each.entries]
    yield from _unknown([entry for entry in entries if entry.status == Status.UNKNOWN])
    counts = Counter(entry.status for entry in entries)
    for status, meaning in MEANINGS.items():
        if counts[status] and status not in CUT_SHORT:
            yield f"{_videos(counts[status])} {status}: {meaning}"
    for each in categories:
        if each.is_short and not each.is_cut_short:
            yield f"{each.told}: `vidrec discover` finds more ids"


def _unknown(entries: Sequence[Entry]) -> Iterator[str]:
    if entries:
        errors = list(dict.fromkeys(entry.error for entry in entries))
        yield (
            f"{_videos(len(entries))} failed for reasons vidrec does not know:"
            f" {'; '.join(errors[:SHOWN])}; vidrec or yt-dlp may be outdated: see docs/youtube.md"
        )


def _videos(count: int) -> str:
    return "1 video" if count == 1 else f"{count} videos"


def _cut_short(cut: Sequence[Category], least: int, downloads: Path) -> str:
    reasons = Counter[str]()
    for each in cut:
        reasons += each.reasons
    when = next((told for status, told in WHEN if reasons[status]), "in some hours")
    return (
        f"{'; '.join(each.told for each in cut)}: what is there is kept; run `dvc repro` again"
        f" {when.format(downloads=downloads)}{_instead(cut, least)}"
    )


def _instead(cut: Sequence[Category], least: int) -> str:
    """How to go on with what is there, where there is something in each category."""
    fewest = min(each.good for each in cut)
    if not fewest:
        return ""
    also = f" and {LEAST}" if fewest < least else ""
    return f"; or go on with what is there: set {COUNT}{also} to {fewest}"


def listed(reasons: Counter[str]) -> str:
    """Counted reasons in one line; the manifest may also have too few ids."""
    found = ", ".join(f"{count} {status}" for status, count in sorted(reasons.items()))
    return found or "it has no more ids"
