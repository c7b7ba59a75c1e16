"""What the page says of the collection as a whole: figures, mixtures, failures, what is missing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from vidrec.media.status import GOOD, OK
from vidrec.recommender.recommendations import Ranked
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.video import Video

# The metrics on the page: their key, which is also that of their name.
INDEX_HEADLINES = ("precision_at_10", "map_at_10")
CLASSIFIER_HEADLINES = ("accuracy",)


def mixture(
    vectors: Vectors, neighbors: Sequence[Sequence[Ranked]], names: Sequence[str]
) -> list[list[float]]:
    """Per category the share of its neighbours that are of each category."""
    categories = vectors.categories
    counts = {name: Counter[str]() for name in names}
    for category, found in zip(categories, neighbors, strict=True):
        counts[category].update(categories[each.row] for each in found)
    return [
        [round(counts[name][other] / (counts[name].total() or 1), 4) for other in names]
        for name in names
    ]


def headlines(
    index_metrics: Mapping[str, Any], classifier_metrics: Mapping[str, Any]
) -> dict[str, float]:
    """The metrics to head the page with, those that are there."""
    return {
        key: metrics[key]
        for metrics, wanted in (
            (index_metrics, INDEX_HEADLINES),
            (classifier_metrics, CLASSIFIER_HEADLINES),
        )
        for key in wanted
        if _is_share(metrics.get(key))
    }


def _is_share(value: object) -> bool:
    """Whether a value of a metrics file is a figure: one that is not known is null there."""
    return isinstance(value, int | float) and 0 <= value <= 1


def possible(
    vectors: Vectors, neighbors: Sequence[Sequence[Ranked]], copies: Mapping[str, str]
) -> list[int]:
    """How many neighbours of each video can be of its own category; copies count once."""
    firsts = {(copies.get(v.video_id, v.video_id), v.category) for v in vectors.videos}
    sizes = Counter(category for _, category in firsts)
    return [
        min(len(found), sizes[category] - 1)
        for category, found in zip(vectors.categories, neighbors, strict=True)
    ]


def worst(
    vectors: Vectors, neighbors: Sequence[Sequence[Ranked]], can: Sequence[int], count: int
) -> list[int]:
    """The rows of the `count` videos with the fewest neighbours of their own category, of those
    that they `can` have.

    Of equals first the one that is surest of its neighbours; then by id. A video alone in its
    category cannot succeed, and so does not fail.
    """
    categories = vectors.categories

    def hits(row: int) -> int:
        return sum(categories[each.row] == categories[row] for each in neighbors[row])

    def failure(row: int) -> tuple[float, float, str]:
        similarity = [each.similarity for each in neighbors[row]]
        return hits(row) / can[row], -float(np.mean(similarity)), vectors.ids[row]

    failing = [row for row in range(len(can)) if neighbors[row] and hits(row) < can[row]]
    return sorted(failing, key=failure)[:count]


def left_out(
    manifest: pd.DataFrame, vectors: Vectors, with_frames: Sequence[Video]
) -> list[dict[str, str]]:
    """The videos of the manifest that have no vector: why, as a key, and what the manifest says."""
    known, framed = set(vectors.ids), set(with_frames)
    rows = manifest.sort_values(["video_id", "category"])
    columns = (rows[name] for name in ("category", "video_id", "status", "error"))
    return [
        {"video_id": name, "category": category}
        | _why_not(status, error, has_frames=Video(category, name) in framed)
        for category, name, status, error in zip(*columns, strict=True)
        if name not in known
    ]


def _why_not(status: str, error: str, *, has_frames: bool) -> dict[str, str]:
    """Why a video has no vector: what the manifest says, or that it promises more than there is."""
    said = f"{status}: {error}" if error else status
    if status not in GOOD:
        return {"why": "", "said": said}
    missing = "no_vector" if has_frames else "no_frames"
    return {"why": missing, "said": "" if status == OK else said}
