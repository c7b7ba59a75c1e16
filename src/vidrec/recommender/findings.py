"""What stage build_index writes of its findings, each where it is asked for."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

import numpy as np

from vidrec.metrics import by_video, retrieval
from vidrec.recommender.first_ten import write_first_ten
from vidrec.recommender.hubness import write_hubness
from vidrec.recommender.judge import Findings
from vidrec.recommender.recommendations import write_recommendations
from vidrec.recommender.usual import confidence_of, looked_through, usual_of, write_usual
from vidrec.vectors.sparse import SparseVectors
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.files import write_json

# Of those that are named, so many.
NAMED = 5

NEEDED = (("--recommendations", "CSV file to write"), ("--metrics", "JSON file to write: scores"))
OPTIONAL = (
    ("--by-category", "CSV file to write: scores of each"),
    ("--precision-at-k", "CSV file to write: k,precision"),
    ("--scores-by-video", "CSV file to write: scores of each"),
    ("--first-ten", "CSV file to write: the ten most similar of each, for git"),
    ("--hubness", "JSON file to write: how near each video is to others"),
    ("--detections", "directory of <category>/<video_id>.csv: how surely objects are found"),
    ("--usual", "JSON file to write: what is usual in the index"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """Have a stage take the files that `write` writes."""
    for name, what in (*NEEDED, *OPTIONAL):
        required = (name, what) in NEEDED
        parser.add_argument(name, type=Path, required=required, help=what)


def write(
    args: Namespace, vectors: Vectors | SparseVectors, found: Findings, neighbors: int
) -> None:
    """Write what was found of `vectors`, the first `neighbors` of each, to the files in `args`."""
    write_recommendations(args.recommendations, vectors, found.ranking, neighbors)
    write_json(args.metrics, {**retrieval.headlines(found.scores), **found.recall})
    if args.by_category:
        retrieval.write_by_category(args.by_category, found.scores, vectors.categories, found.apart)
    if args.precision_at_k:
        retrieval.write_precision_by_place(args.precision_at_k, found.by_place)
    if args.scores_by_video:
        by_video.write_scores(args.scores_by_video, vectors.videos, found.scores)
    if args.first_ten:
        write_first_ten(args.first_ten, vectors.ids, found.ranking.order)
    if args.hubness:
        write_hubness(args.hubness, vectors, found.hubness)
    if args.usual:
        write_usual(args.usual, vectors, usual_of(_confidence(args.detections), _best(found)))


def _confidence(detections: Path | None) -> FloatArray | None:
    """How surely objects are found in each video of a tree of detections."""
    if detections is None:
        return None
    videos = looked_through(detections, with_distribution=False)
    return np.array([confidence_of(each) for each in videos])


def _best(found: Findings) -> FloatArray:
    """The similarity of the best match of each video that has one."""
    similarity = found.ranking.similarity
    return similarity[:, 0] if similarity.shape[1] else np.empty(0)


def apart_text(vectors: Vectors | SparseVectors, found: Findings) -> str | None:
    """Which videos are in no mean, as nothing can be found for them; None: all are."""
    names = [name for name, alone in zip(vectors.ids, found.alone, strict=True) if alone]
    if not names:
        return None
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"in no figure, as no other video is of their category: {', '.join(names[:NAMED])}{more}"
