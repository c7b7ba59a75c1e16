"""Which vectors are most alike, by cosine: for the stage build_index, and for a single query.

All are compared; what spares most of that where there are many videos is `clusters`. numpy only: a
query is answered in less time than it takes to load scikit-learn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property

import numpy as np

from vidrec.detections.copies import groups
from vidrec.metrics.retrieval import PLACES
from vidrec.vectors.vectors import unit_rows
from vidrec.workflow.arrays import FloatArray, IntArray

# How many neighbours count: in the metrics, and on the page.
DEPTH = PLACES

DECIMALS = 6

# To what people are shown of a similarity, and the most that they are of one below 1.
STEP, ALMOST = Decimal("0.001"), Decimal("0.999")


# Numbers in memory at a time where all are compared: 8 MiB of float64.
BLOCK_CELLS = 2**20

# Copies are looked for among so many times the neighbours that are wanted, and again as many.
MORE = 4


@dataclass(frozen=True)
class Nearest:
    """The neighbours of one video, best first: row numbers `order`, their `similarity`, and the
    `score` that they are ranked by."""

    order: IntArray
    similarity: FloatArray
    score: FloatArray

    def first(self, count: int) -> "Nearest":
        return Nearest(self.order[:count], self.similarity[:count], self.score[:count])


@dataclass(frozen=True)
class Candidates:
    """What else than its similarity decides whether, and where, a video is named; a row each.

    `ranks`: the place of its id, which breaks a tie. `groups`: the number of the group of copies
    that it is of: one of each is named, and none of the video's own. `hubness`: how near it is to
    whatever is near it (see `hubness`), None where that does not count.
    """

    ranks: IntArray
    groups: IntArray
    hubness: FloatArray | None = None

    @classmethod
    def of(
        cls,
        ids: Sequence[str],
        copies: Mapping[str, str] | None = None,
        hubness: FloatArray | None = None,
        ranks: IntArray | None = None,
    ) -> "Candidates":
        """Of videos by their ids; `copies` has for a copy the one that stands for its group.

        `ranks` are those of the ids, where they are known: a million take a while to sort.
        """
        numbers = np.arange(len(ids))
        if copies:
            _, numbers = np.unique(np.array(groups(ids, copies), object), return_inverse=True)
        return cls(id_ranks(ids) if ranks is None else ranks, numbers, hubness)

    @cached_property
    def places(self) -> int:
        """How many neighbours a video has: one of each group of copies but its own."""
        return len(np.unique(self.groups)) - 1

    @property
    def plain(self) -> bool:
        """Whether similarity decides alone: there are no copies, and hubness does not count."""
        return self.hubness is None and self.places == len(self.groups) - 1


def similarities(queries: FloatArray, unit: FloatArray) -> FloatArray:
    """The cosine (queries, videos) of each query with each of `unit`, rows of length 1 or 0.

    Rounded, so that the last digits of the arithmetic rank nothing. A zero vector is like none.
    """
    cosine: FloatArray = unit_rows(queries) @ unit.T
    return np.round(cosine, DECIMALS) + 0.0


def similarity_text(similarity: float) -> str:
    """A similarity as people read it, wherever they do: 1.000 is only what is 1.

    Rounded from the digits that are stored, not from what was rounded before.
    """
    rounded = Decimal(str(similarity)).quantize(STEP, ROUND_HALF_EVEN)
    return str(min(rounded, ALMOST) if similarity < 1 else rounded)


def id_ranks(ids: Sequence[str]) -> IntArray:
    """The place of each id in sorted order: what breaks a tie."""
    ranks = np.empty(len(ids), np.int64)
    ranks[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
    return ranks


def scores(similarity: FloatArray, hubness: FloatArray | None) -> FloatArray:
    """What videos are ranked by, from their `similarity` to one and their `hubness`, if it counts.

    CSLS (Conneau et al., 2018): the cosine less the mean cosine of a video to its own nearest, here
    halved, and without the video asked for, as that changes no order. What has nothing in common
    with it comes after all that has.
    """
    if hubness is None:
        return similarity
    corrected = np.where(similarity > 0, similarity - hubness / 2, similarity - 1)
    return np.asarray(np.round(corrected, DECIMALS) + 0.0, np.float64)


def nearest(
    similarity: FloatArray,
    candidates: Candidates,
    count: int,
    me: int | None = None,
    rows: IntArray | None = None,
) -> Nearest:
    """The `count` best of `candidates`, and all that are as good as the last of them.

    `similarity` is that to all, or to those in `rows`. `me` is the row of the video itself, which
    may not be named, and no copy of it. Fewer than `count`: as many as there are.
    """
    rows = np.arange(len(similarity)) if rows is None else rows
    if me is not None:
        allowed = candidates.groups[rows] != candidates.groups[me]
        rows, similarity = rows[allowed], similarity[allowed]
    hubness = None if candidates.hubness is None else candidates.hubness[rows]
    score = scores(similarity, hubness)
    best = _one_of_each(score, candidates.ranks[rows], candidates.groups[rows], count)
    return Nearest(rows[best], similarity[best], score[best])


def _one_of_each(score: FloatArray, ranks: IntArray, groups: IntArray, count: int) -> IntArray:
    """As `highest`, but of each group only the best."""
    wanted = count
    while True:
        found = highest(score, ranks, wanted)
        _, first = np.unique(groups[found], return_index=True)
        kept = found[np.sort(first)]
        if len(kept) >= count or len(found) == len(score):
            break
        wanted *= MORE
    lowest = score[kept[:count]].min(initial=np.inf)
    return np.asarray(kept[score[kept] >= lowest])


def highest(score: FloatArray, ranks: IntArray, count: int) -> IntArray:
    """The places of the `count` highest of `score`, and of all as high as the last of them.

    Equal ones are in the order of `ranks`.
    """
    count = min(count, len(score))
    if count == 0:
        return np.empty(0, np.int64)
    # Only what reaches the last place is sorted, so a long list costs one pass.
    lowest = np.partition(score, -count)[-count]
    found = np.flatnonzero(score >= lowest)
    return found[np.lexsort((ranks[found], -score[found]))]
