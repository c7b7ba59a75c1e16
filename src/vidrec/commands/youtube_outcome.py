"""What was wished for of each category, what became of that, and how it is told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vidrec.commands.youtube_choice import THERE, Choice
from vidrec.commands.youtube_sources import UnreachableError
from vidrec.workflow.errors import UserError

# Most videos of one channel, as a share of those wanted: what its videos have in common, a room or
# a logo, must not pass for what a category looks like.
CHANNEL_SHARE = 0.1


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
    """What is found for a category, and the errors of sources that failed.

    `there` is how many ids the manifest has of it; `kept` how many of them stay and will do, for
    the download passes over those that are too long.
    """

    category: str
    there: int
    kept: int
    choice: Choice = field(default_factory=Choice)
    failed: tuple[UserError, ...] = ()

    @property
    def is_unreachable(self) -> bool:
        """Whether YouTube could not be asked at all."""
        return any(isinstance(error, UnreachableError) for error in self.failed)

    @property
    def ids(self) -> int:
        """How many ids that will do the category has with those found."""
        return self.kept + len(self.choice.found)


def is_written(outcome: Outcome, wish: Wish) -> bool:
    """Whether what was found goes into the manifest.

    What is to be replaced gives way to no less than what is wanted, from sources that all answered.
    """
    whole = not outcome.failed and outcome.ids >= wish.wanted
    return bool(outcome.choice.found) and (whole or not wish.replace)


def lines(outcome: Outcome, wish: Wish) -> Iterator[str]:
    """What to tell of a category."""
    choice = outcome.choice
    yield f"{outcome.category}: {_change(outcome, wish)}"
    left_out = [f"{n} {reason}" for reason, n in choice.left_out.most_common() if reason != THERE]
    if left_out:
        yield f"  left out: {', '.join(left_out)}"
    if choice.over_share:
        yield f"  {choice.over_share} new ones exceed {wish.share} of one channel: too few others"
    # What ends the search is told at the end.
    yield from (f"  {error}" for error in outcome.failed if not outcome.is_unreachable)
    if outcome.ids < wish.ids and not outcome.failed:
        yield f"  {wish.ids} are wanted with reserves: give {outcome.category} another source"


def _change(outcome: Outcome, wish: Wish) -> str:
    new = len(outcome.choice.found)
    told = "1 new id" if new == 1 else f"{new} new ids"
    if outcome.kept >= wish.ids:
        return (
            f"has {outcome.kept} ids, {wish.ids} are wanted with reserves: nothing to search for"
            " (--reserves for more, --replace to start anew)"
        )
    if wish.replace and is_written(outcome, wish):
        return f"{told} in place of {outcome.there}"
    if wish.replace:
        return f"{told}, not written: the {outcome.there} in the manifest stay"
    too_long = outcome.there - outcome.kept
    longer = f", and {too_long} that do not count: longer than {wish.max_duration_s:g} s"
    return f"{told}, {outcome.kept} kept{longer if too_long else ''}"


def _after_failure(outcomes: Sequence[Outcome], manifest: Path) -> str:
    any_found = any(outcome.choice.found for outcome in outcomes)
    found = f"what was found is in {manifest}" if any_found else "nothing was found"
    if not outcomes[-1].is_unreachable:
        return found
    return f"{found}, and nothing after {outcomes[-1].category} was searched: run this again later"


def check(outcomes: Sequence[Outcome], manifest: Path, wish: Wish) -> None:
    """Raise UserError where a source failed, or a category has too few ids."""
    failed = [error for outcome in outcomes for error in outcome.failed]
    more = f" ({len(failed) - 1} more failed)" if len(failed) > 1 else ""
    if failed:
        raise UserError(f"{failed[0]}{more}; {_after_failure(outcomes, manifest)}")
    few = [f"{each.category} ({each.ids})" for each in outcomes if each.ids < wish.wanted]
    if few:
        raise UserError(
            f"fewer ids than the {wish.wanted} wanted: {', '.join(few)}: give another source, or"
            " lower download_videos.youtube_videos_per_category"
        )
