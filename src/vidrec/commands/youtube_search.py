"""Searching YouTube for ids: once, into a manifest that is committed. Stages never search."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import pandas as pd

from vidrec.commands.youtube_choice import THERE, Choice, Found, choose, found_of, held_of
from vidrec.commands.youtube_sources import Hit, Source, hits_of, source_of
from vidrec.videos.names import check_category
from vidrec.videos.youtube_manifest import read_rows, with_new, without, write_ids
from vidrec.workflow.errors import UserError

# Ids beyond those wanted, as a share of them: some will be gone, or closed to a country, by the
# time that they are downloaded.
RESERVES = 0.3
# Most videos of one channel, as a share of those wanted: what its videos have in common, a room or
# a logo, must not pass for what a category looks like.
CHANNEL_SHARE = 0.1
# Hits that a source is asked for at most, for each id wanted: a playlist may have thousands.
HITS_PER_ID = 10

# A source and a number of hits -> hits in order. Raises UserError where it gives none, or no more.
Search = Callable[[Source, int], Iterable[Hit]]


@dataclass(frozen=True)
class Wish:
    """What each category should have: videos `wanted`, ids in `reserve`, and of which length.

    `replace` is whether it starts anew: without what the manifest has of it.
    """

    wanted: int
    reserve: int
    max_duration_s: float
    replace: bool = False

    @property
    def ids(self) -> int:
        """How many ids a category should have in all."""
        return self.wanted + self.reserve

    @property
    def share(self) -> int:
        """The most videos of one channel in a category."""
        return max(1, int(self.wanted * CHANNEL_SHARE))


@dataclass(frozen=True)
class Outcome:
    """What is found for a category that keeps `kept` ids, and the errors of sources that failed."""

    category: str
    kept: int
    choice: Choice
    failed: tuple[str, ...] = ()

    @property
    def ids(self) -> int:
        """How many ids the category has with those found."""
        return self.kept + len(self.choice.found)


def reserve_of(wanted: int) -> int:
    """How many reserves `wanted` videos should have."""
    return math.ceil(wanted * RESERVES)


def asked_for(texts: Iterable[str]) -> dict[str, list[Source]]:
    """The sources of each category, from texts such as `pets=cat playing`.

    Raises UserError for any other text.
    """
    asked: dict[str, list[Source]] = {}
    for text in texts:
        category, _, source = text.partition("=")
        if not category or not source.strip():
            raise UserError(
                f"{text!r} is not CATEGORY=SOURCE: write for example pets='cat playing'"
            )
        asked.setdefault(category, []).append(source_of(source.strip()))
    return asked


def discover(
    asked: Mapping[str, Sequence[Source]],
    manifest: Path,
    wish: Wish,
    removed: Iterable[str] = (),
    search: Search = hits_of,
) -> Iterator[str]:
    """Add ids to the `manifest` for each category of `asked`; yields what to tell, by lines.

    Its sources are taken in turn, a hit of each. What the manifest has stays as it is, and what
    was `removed` from it stays away. Each category is written as soon as it is searched. Raises
    UserError at the end where a source failed or a category has fewer ids than wanted.
    """
    for name in asked:
        check_category(name)
    outcomes: list[Outcome] = []
    for category, sources in asked.items():
        outcome = _search(category, sources, read_rows(manifest), wish, removed, search)
        yield from _lines(outcome, wish)
        if _is_kept(outcome, wish):
            _write(manifest, outcome, wish)
        outcomes.append(outcome)
    _check(outcomes, manifest, wish)
    yield f"look through the new rows of {manifest}, then commit the file"


def _search(
    category: str,
    sources: Sequence[Source],
    rows: pd.DataFrame,
    wish: Wish,
    removed: Iterable[str],
    search: Search,
) -> Outcome:
    """What the sources of `category` have to add to the `rows` of the manifest."""
    others = without(rows, category) if wish.replace else rows
    kept = int(others.loc[others["category"] == category, "video_id"].nunique())
    if kept >= wish.ids:
        return Outcome(category, kept, Choice((), Counter()))
    failed: list[str] = []
    lists = [_found(source, wish, search, failed) for source in sources]
    hits = (hit for each in zip_longest(*lists) for hit in each if hit is not None)
    choice = choose(hits, held_of(others, category, removed), wish.ids - kept, wish.share)
    return Outcome(category, kept, choice, tuple(failed))


def _found(source: Source, wish: Wish, search: Search, failed: list[str]) -> Iterator[Found]:
    """What a source has, until it fails: the error is added to `failed`."""
    try:
        for hit in search(source, HITS_PER_ID * wish.ids):
            yield found_of(hit, wish.max_duration_s, of_channel=source.is_channel)
    except UserError as error:
        failed.append(str(error))


def _is_kept(outcome: Outcome, wish: Wish) -> bool:
    """Whether to write what was found: what is there gives way to no less than what is wanted."""
    whole = not outcome.failed and outcome.ids >= wish.wanted
    return bool(outcome.choice.found) and (whole or not wish.replace)


def _write(manifest: Path, outcome: Outcome, wish: Wish) -> None:
    """Write what was found to the manifest as it is by now: a search may take minutes."""
    rows = read_rows(manifest)
    if wish.replace:
        rows = without(rows, outcome.category)
    found = [(each.video_id, each.title, each.duration_s) for each in outcome.choice.found]
    write_ids(manifest, with_new(rows, outcome.category, found))


def _lines(outcome: Outcome, wish: Wish) -> Iterator[str]:
    name, choice, kept = outcome.category, outcome.choice, outcome.kept
    if kept >= wish.ids:
        yield (
            f"{name}: has {kept} ids, {wish.ids} are wanted with reserves: nothing to search for"
            " (--reserves for more, --replace to start anew)"
        )
        return
    yield f"{name}: {len(choice.found)} new ids, {kept} kept"
    left_out = [f"{n} {reason}" for reason, n in choice.left_out.most_common() if reason != THERE]
    if left_out:
        yield f"  left out: {', '.join(left_out)}"
    if choice.over_share:
        yield (
            f"  {choice.over_share} of them are beyond {wish.share} of one channel: others are too"
            " few"
        )
    yield from (f"  {each}" for each in outcome.failed)
    if outcome.ids < wish.ids:
        yield f"  {wish.ids} are wanted with reserves: give {name} another source"
    if not _is_kept(outcome, wish) and wish.replace:
        yield "  what the manifest has of it stays as it is"


def _check(outcomes: Sequence[Outcome], manifest: Path, wish: Wish) -> None:
    """Raise UserError where a source failed, or a category has too few ids."""
    failed = [error for outcome in outcomes for error in outcome.failed]
    more = f" ({len(failed) - 1} more failed)" if len(failed) > 1 else ""
    if failed:
        raise UserError(f"{failed[0]}{more}; what was found is in {manifest}")
    few = [f"{each.category} ({each.ids})" for each in outcomes if each.ids < wish.wanted]
    if few:
        raise UserError(
            f"fewer ids than the {wish.wanted} wanted: {', '.join(few)}: give another source, or"
            " lower download_videos.youtube_videos_per_category"
        )
