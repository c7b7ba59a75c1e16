"""What is usual in the index, and what is not: whether an answer is to be trusted.

Of a video in which nothing is recognised with confidence, or whose best match is a poor one, the
neighbours say little, however they are ranked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from vidrec.detections.masks import read_looked_at
from vidrec.detections.tree import VideoDetections, read_videos
from vidrec.vectors.sparse import SparseVectors, as_sparse
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json, write_json

# What is kept of how something is spread over the videos, in %.
QUANTILES = (0, 1, 5, 10, 25, 50, 75, 90, 95, 99, 100)
# An answer is unsure below this one: of 20 videos of the index itself one is.
LEAST = 5
DECIMALS = 6
ANEW = "run `dvc repro`, or `dvc repro -s -f build_index` if nothing has changed"


@dataclass(frozen=True)
class Usual:
    """The QUANTILES over the videos of an index of how surely objects are recognised in them
    (`confidence`), and of the similarity of their best match (`match`); None where not known."""

    confidence: tuple[float, ...] | None
    match: tuple[float, ...] | None


@dataclass(frozen=True)
class Doubt:
    """Why an answer is unsure: `confidence`, `match`, or `blank`; the value, and that which 95 of
    100 videos of the index are above."""

    why: str
    value: float = 0.0
    usual: float = 0.0


def confidence_of(found: VideoDetections) -> float:
    """How surely objects are recognised in a video: the mean over the frames that were looked at
    of the highest confidence in each, which is 0 where nothing was found."""
    highest = found.table.groupby("frame")["confidence"].max()
    frames = len(highest) if found.looked_at is None else len(found.looked_at)
    return round(float(highest.sum()) / frames, DECIMALS) if frames else 0.0


def looked_through(detections: Path, *, with_distribution: bool) -> Iterator[VideoDetections]:
    """What was found in each video of a tree, with the frames looked at; one at a time."""
    looked_at = read_looked_at(detections)
    for found in read_videos(detections, with_distribution=with_distribution):
        yield replace(found, looked_at=looked_at.get(found.video))


def usual_of(confidence: FloatArray | None, match: FloatArray) -> Usual:
    """What is usual, by the confidence of each video, if that is known, and its best match."""
    return Usual(None if confidence is None else _quantiles(confidence), _quantiles(match))


def _quantiles(values: FloatArray) -> tuple[float, ...] | None:
    if not len(values):
        return None
    found = np.round(np.percentile(values, QUANTILES), DECIMALS) + 0.0
    return tuple(found.tolist())


def doubts(usual: Usual, confidence: float | None, match: float | None) -> list[Doubt]:
    """What makes an answer unsure, by the confidence of the video asked about and the similarity of
    its best match, as far as they are known."""
    pairs = (
        ("confidence", confidence, usual.confidence),
        ("match", match, usual.match),
    )
    least = QUANTILES.index(LEAST)
    return [
        Doubt(why, value, quantiles[least])
        for why, value, quantiles in pairs
        if value is not None and quantiles is not None and value < quantiles[least]
    ]


def write_usual(path: Path, vectors: Vectors | SparseVectors, usual: Usual) -> None:
    """Write what is usual for the videos of `vectors`, which are kept as a digest, as JSON."""
    content = {
        "vectors": as_sparse(vectors).digest,
        "quantiles": list(QUANTILES),
        "confidence": usual.confidence,
        "match": usual.match,
    }
    write_json(path, content)


def read_usual(path: Path, vectors: Vectors | SparseVectors) -> Usual:
    """What is usual for the videos of `vectors`.

    Raises UserError where the file does not hold that, or is of other vectors.
    """
    content = read_json(path)
    if not isinstance(content, dict) or content.get("quantiles") != list(QUANTILES):
        raise UserError(f"{path} does not hold what is usual in the index: {ANEW}")
    if content.get("vectors") != as_sparse(vectors).digest:
        raise UserError(f"{path} and the vectors are of different runs: {ANEW}")
    return Usual(*(_checked(path, content.get(name)) for name in ("confidence", "match")))


def _checked(path: Path, values: object) -> tuple[float, ...] | None:
    if values is None:
        return None
    try:
        numbers = np.array(values, np.float64)
    except (TypeError, ValueError, OverflowError):
        numbers = np.empty(0)
    bounded = numbers.shape == (len(QUANTILES),) and bool((np.abs(numbers) <= 1).all())
    if not bounded or not (np.diff(numbers) >= 0).all():
        raise UserError(f"{path} does not hold {len(QUANTILES)} quantiles from -1 to 1: {ANEW}")
    return tuple(numbers.tolist())
