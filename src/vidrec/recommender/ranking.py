"""Which vectors are most alike, by cosine: for the stage build_index, and for a single query.

All are compared; what spares most of that where there are many videos is `clusters`. numpy only: a
query is answered in less time than it takes to load scikit-learn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np

from vidrec.vectors.vectors import unit_rows
from vidrec.workflow.arrays import FloatArray, IntArray

# How many neighbours count: in the metrics, and on the page.
DEPTH = 10

DECIMALS = 6

# To what people are shown of a similarity, and the most that they are of one below 1.
STEP, ALMOST = Decimal("0.001"), Decimal("0.999")


@dataclass(frozen=True)
class Nearest:
    """The neighbours of one video, best first: row numbers `order` and their `similarity`."""

    order: IntArray
    similarity: FloatArray


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


def nearest(
    similarity: FloatArray, ranks: IntArray, count: int, excluded: int | None = None
) -> IntArray:
    """The rows of the `count` highest of `similarity` (videos,), equal ones by `ranks`.

    `excluded` is a row that may not be named. Fewer rows than `count`: as many as there are.
    """
    allowed = np.ones(len(similarity), bool)
    if excluded is not None:
        allowed[excluded] = False
    count = min(count, int(allowed.sum()))
    if count == 0:
        return np.empty(0, np.int64)
    # Only what reaches the last place is sorted, so a long list costs one pass.
    lowest = np.partition(similarity[allowed], -count)[-count]
    rows = np.flatnonzero(allowed & (similarity >= lowest))
    return rows[np.lexsort((ranks[rows], -similarity[rows]))][:count]
