"""Hubness: how near each video is to whatever is near it, and the file that keeps it.

Some videos are near to everything, and crowd the neighbours of all others (Radovanović et al.,
2010). What a video's similarity to a query says is less, the nearer it is to others anyway: see
`ranking.scores`.
"""

from pathlib import Path
from typing import Any

import numpy as np

from vidrec.recommender.ranking import DECIMALS
from vidrec.vectors.sparse import SparseVectors, as_sparse
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json, write_json

ANEW = "run `dvc repro`, or `dvc repro -s -f build_index` if nothing has changed"


def hubness(similarity: FloatArray, neighbors: int) -> float:
    """The mean of the `neighbors` highest of a video's `similarity` to others; of none it is 0."""
    count = min(neighbors, len(similarity))
    if count == 0:
        return 0.0
    highest = np.sort(np.partition(similarity, -count)[-count:])
    return round(float(highest.mean()), DECIMALS)


def write_hubness(path: Path, vectors: Vectors | SparseVectors, values: FloatArray | None) -> None:
    """Write the hubness of the videos of `vectors`, None where it does not count, as JSON.

    `vectors` is kept as a digest: those of another run have another hubness.
    """
    content: dict[str, Any] = {"vectors": None, "hubness": None}
    if values is not None:
        content = {"vectors": as_sparse(vectors).digest, "hubness": values.tolist()}
    write_json(path, content)


def read_hubness(path: Path, vectors: Vectors | SparseVectors) -> FloatArray | None:
    """The hubness of the videos of `vectors`; None where it does not count.

    Raises UserError where the file holds none, or that of other vectors.
    """
    content = read_json(path)
    if not isinstance(content, dict) or not {"vectors", "hubness"} <= set(content):
        raise UserError(f"{path} does not hold the hubness of videos: {ANEW}")
    if content["hubness"] is None:
        return None
    if content["vectors"] != as_sparse(vectors).digest:
        raise UserError(f"{path} and the vectors are of different runs: {ANEW}")
    try:
        values = np.array(content["hubness"], np.float64)
    except (TypeError, ValueError, OverflowError):
        values = np.empty(0)
    if values.shape != (len(vectors.ids),) or not (np.abs(values) <= 1).all():
        raise UserError(f"{path} does not hold a hubness from -1 to 1 for each video: {ANEW}")
    return values
