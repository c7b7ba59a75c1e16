"""Made-up vectors of videos."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from vidrec.recommender.build_index import Ranking, compare_all, together
from vidrec.recommender.judge import Findings, rank_and_judge
from vidrec.recommender.ranking import Candidates
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.video import pair

Values = npt.NDArray[np.float64]


def corpus(values: Values, categories: str | list[str] = "") -> Vectors:
    """Videos v00, v01, … with these rows, each of the category `a` where none are given."""
    count = len(values)
    ids = [f"v{i:02}" for i in range(count)]
    labels = [f"o{i}" for i in range(values.shape[1])]
    return Vectors(pair(list(categories or "a" * count), ids), labels, values)


def random_corpus(count: int = 30, seed: int = 0) -> Vectors:
    """`count` videos, a third of them in each of the categories a, b and c."""
    random = np.random.default_rng(seed)
    return corpus(random.random((count, 4)) ** 4, ["a", "b", "c"] * (count // 3))


def judged(
    vectors: Vectors, count: int = 10, areas: pd.DataFrame | None = None, **copies: str
) -> Findings:
    """The ranking of all videos and how good it is; `copies` as data/copies.csv has them."""
    return rank_and_judge(vectors, Candidates.of(vectors.ids, copies), count, areas)


def rank_all(vectors: Vectors, count: int) -> Ranking:
    """The `count` most similar of each, itself excluded; all others where they are fewer."""
    every = compare_all(vectors, count, Candidates.of(vectors.ids))
    return together(found.first(count) for found, _ in every)
