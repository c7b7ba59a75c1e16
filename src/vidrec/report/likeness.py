"""What each video is of, and what it has in common with its neighbours, by group of objects."""

from collections.abc import Sequence
from dataclasses import dataclass

from vidrec.recommender.group_shares import REASONS_SHOWN, Grouping, Shares, shares
from vidrec.recommender.recommendations import Ranked
from vidrec.vectors.vectors import Vectors

# Groups told of a video.
OBJECTS_SHOWN = 8


@dataclass(frozen=True)
class Likeness:
    """Of each video, a row each: what it is of, and what it has in common with its neighbours."""

    objects: list[Shares]
    matches: list[list[Shares]]


def likeness(
    vectors: Vectors, neighbors: Sequence[Sequence[Ranked]], grouping: Grouping
) -> Likeness:
    """What each video is of is what it has in common with itself."""
    values = vectors.values
    return Likeness(
        [shares(row * row, grouping, OBJECTS_SHOWN) for row in values],
        [
            [shares(values[row] * values[each.row], grouping, REASONS_SHOWN) for each in found]
            for row, found in enumerate(neighbors)
        ],
    )
