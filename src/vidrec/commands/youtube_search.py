"""Searching YouTube for ids: once, into a manifest that is committed. Stages never search."""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

import pandas as pd

from vidrec.commands.youtube_choice import Found, choose, found_of, held_of
from vidrec.commands.youtube_outcome import Outcome, Wish, check, is_written, lines
from vidrec.commands.youtube_sources import Hit, Source, source_of
from vidrec.videos.names import check_category
from vidrec.videos.youtube_manifest import read_rows, with_new, without, write_ids
from vidrec.workflow.errors import UserError

# Ids beyond those wanted, as a share of them: some will be gone, or closed to a country, by the
# time that they are downloaded.
RESERVES = 0.3
# Hits that a source is asked for at most, for each id wanted: a playlist may have thousands.
HITS_PER_ID = 10

# A source and a number of hits -> hits in order. Raises UserError where it gives none, or no more.
Search = Callable[[Source, int], Iterable[Hit]]


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
    search: Search,
    removed: Collection[str] = (),
) -> Iterator[str]:
    """Add ids to the `manifest` for each category of `asked`; yields what to tell, by lines.

    Its sources are taken in turn, a hit of each. What the manifest has stays as it is, and what
    was `removed` from it stays away. Each category is written as soon as it is searched; where
    YouTube cannot be reached the next ones are not tried. Raises UserError at the end where a
    source failed or a category has fewer ids than wanted.
    """
    for name in asked:
        check_category(name)
    outcomes: list[Outcome] = []
    for category, sources in asked.items():
        outcome = _search(category, sources, read_rows(manifest), wish, removed, search)
        if is_written(outcome, wish):
            _write(manifest, outcome, wish)
        yield from lines(outcome, wish)
        outcomes.append(outcome)
        if outcome.is_unreachable:
            break
    check(outcomes, manifest, wish)
    if any(is_written(outcome, wish) for outcome in outcomes):
        yield f"look through the new rows of {manifest}, then commit the file"


def _search(
    category: str,
    sources: Sequence[Source],
    rows: pd.DataFrame,
    wish: Wish,
    removed: Collection[str],
    search: Search,
) -> Outcome:
    """What the sources of `category` have to add to the `rows` of the manifest."""
    there = rows[rows["category"] == category].drop_duplicates("video_id")
    too_long = pd.to_numeric(there["duration_s"], errors="coerce") > wish.max_duration_s
    kept = 0 if wish.replace else int((~too_long).sum())
    outcome = Outcome(category, len(there), kept)
    if kept >= wish.ids:
        return outcome
    others = without(rows, category) if wish.replace else rows
    failed: list[UserError] = []
    lists = [_found(source, wish, search, failed) for source in sources]
    hits = (hit for each in zip_longest(*lists) for hit in each if hit is not None)
    choice = choose(hits, held_of(others, category, removed), wish.ids - kept, wish.share)
    return replace(outcome, choice=choice, failed=tuple(failed))


def _found(source: Source, wish: Wish, search: Search, failed: list[UserError]) -> Iterator[Found]:
    """What a source has, until it fails: the error is added to `failed`."""
    try:
        for hit in search(source, HITS_PER_ID * wish.ids):
            yield found_of(hit, wish.max_duration_s, of_channel=source.is_channel)
    except UserError as error:
        failed.append(error)


def _write(manifest: Path, outcome: Outcome, wish: Wish) -> None:
    """Write what was found to the manifest as it is by now: a search may take minutes."""
    rows = read_rows(manifest)
    if wish.replace:
        rows = without(rows, outcome.category)
    found = [(each.video_id, each.title, each.duration_s) for each in outcome.choice.found]
    write_ids(manifest, with_new(rows, outcome.category, found))
