"""The ranking of all videos and how good it is, found together: all pairs are in hand only once."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from vidrec.metrics.retrieval import Judged, judge
from vidrec.recommender.against_truth import UNKNOWN, agreement, mixtures
from vidrec.recommender.build_index import (
    Ranking,
    build_and_rank,
    clusters_in,
    compare_all,
    hubness_of_all,
    similarity_rows,
    together,
)
from vidrec.recommender.hubness import hubness
from vidrec.recommender.ranking import DEPTH, Candidates, Nearest, nearest
from vidrec.settings.build_index import Params
from vidrec.vectors.sparse import SparseVectors, as_dense, as_sparse
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.absent import write_absent
from vidrec.workflow.arrays import BoolArray, FloatArray

if TYPE_CHECKING:
    from vidrec.recommender.clusters import Clusters


@dataclass(frozen=True)
class Findings:
    """The ranking of all videos, and how good it is.

    `scores` has a row for each video: the measures of its neighbours, and how well its similarities
    agree with the truth; `by_place` is `Judged.by_place` of each. `alone` is true of a video that
    is the only one of its category, `without_objects` of one in which nothing was found. `hubness`
    is None where it does not count, `recall` empty where none was missed.
    """

    ranking: Ranking
    scores: pd.DataFrame
    by_place: FloatArray
    alone: BoolArray
    without_objects: BoolArray
    hubness: FloatArray | None
    recall: Mapping[str, float]

    @property
    def apart(self) -> pd.DataFrame:
        """Which videos are counted apart."""
        return pd.DataFrame({"alone": self.alone, "without_objects": self.without_objects})


@dataclass(frozen=True)
class Judge:
    """Tells how good the neighbours of a video are, by category.

    `members` has for each category the groups of copies of which any video is in it: whichever of
    them is named, it is relevant.
    """

    categories: Sequence[str]
    groups: Sequence[int]
    members: Mapping[str, set[int]]

    @classmethod
    def of(cls, categories: Sequence[str], candidates: Candidates) -> "Judge":
        groups = candidates.groups.tolist()
        members: dict[str, set[int]] = defaultdict(set)
        for category, group in zip(categories, groups, strict=True):
            members[category].add(group)
        return cls(categories, groups, members)

    @property
    def totals(self) -> list[int]:
        """How many videos of the same category each has to find: of copies one, its own none."""
        return [len(self.members[name]) - 1 for name in self.categories]

    def __call__(self, me: int, found: Nearest) -> Judged:
        mine = self.members[self.categories[me]]
        same = [self.groups[row] in mine for row in found.order.tolist()]
        relevant = np.array(same, bool) & (found.similarity > 0)
        return judge(relevant, found.score, len(mine) - 1)


def rank_few_or_many(
    vectors: Vectors | SparseVectors,
    areas: pd.DataFrame | None,
    copies: Mapping[str, str],
    settings: Params,
    folder: Path | None,
) -> Findings:
    """The ranking of all videos, each compared with all or, of many, by an index of clusters.

    `areas` are those of the truth, if there is one; of many videos the agreement with it is not
    known, as it takes all similarities. `copies` has for a copy the one that stands for its group.
    The index is left in `folder`, which says why there is none where that is so.
    """
    candidates = Candidates.of(vectors.ids, copies)
    count = max(settings.neighbors, DEPTH)
    if len(vectors.ids) > settings.exact_up_to:
        with clusters_in(folder) as made:
            return _rank_many(as_sparse(vectors), candidates, settings, count, made)
    if folder:
        write_absent(folder, "no more than build_index.exact_up_to videos: all are compared")
    dense = as_dense(vectors)
    if settings.corrects_hubs:
        found = hubness_of_all(dense, candidates, settings.hubness_neighbors)
        candidates = replace(candidates, hubness=found)
    return rank_and_judge(dense, candidates, count, areas)


def rank_and_judge(
    vectors: Vectors, candidates: Candidates, count: int, areas: pd.DataFrame | None
) -> Findings:
    """Every video compared with every other, and with the truth in `areas`, if there is any."""
    judge_one = Judge.of(vectors.categories, candidates)
    kept, judged, agreed = [], [], []
    pairs = zip(compare_all(vectors, count, candidates), _true_rows(vectors, areas), strict=True)
    for me, ((found, similarity), true) in enumerate(pairs):
        kept.append(found.first(count))
        judged.append(judge_one(me, found))
        agreed.append(
            UNKNOWN if true is None else agreement(me, found, similarity, true, candidates.groups)
        )
    lengths = np.abs(vectors.values).sum(axis=1)
    return _findings(together(kept), judge_one, judged, agreed, lengths == 0, candidates, {})


def _true_rows(vectors: Vectors, areas: pd.DataFrame | None) -> Iterator[FloatArray | None]:
    """The true similarities of each video to all; None where there is no truth of it."""
    if areas is None or areas.empty:
        yield from itertools.repeat(None, len(vectors.ids))
        return
    values = mixtures(areas, vectors.ids)
    for mixture, row in zip(values, similarity_rows(values), strict=True):
        yield row if mixture.any() else None


def _rank_many(
    vectors: SparseVectors, candidates: Candidates, settings: Params, count: int, folder: Path
) -> Findings:
    from vidrec.recommender import clusters

    plain = candidates.plain and not settings.corrects_hubs
    depth = count if plain else clusters.depth(count)
    wanted = max(depth, settings.hubness_neighbors) if settings.corrects_hubs else depth
    ranking, recall = build_and_rank(vectors, wanted, folder)
    if settings.corrects_hubs:
        candidates = replace(candidates, hubness=_hubness(ranking, candidates, settings))
    if not plain:
        near = ranking.first(depth)
        ranking = _again(vectors, near, candidates, count, clusters.read(folder))
    judge_one = Judge.of(vectors.categories, candidates)
    judged = [judge_one(row, ranking.of(row)) for row in range(len(vectors.ids))]
    empty = np.diff(vectors.indptr) == 0
    agreed = [UNKNOWN] * len(judged)
    return _findings(ranking, judge_one, judged, agreed, empty, candidates, recall)


def _hubness(ranking: Ranking, candidates: Candidates, settings: Params) -> FloatArray:
    count = settings.hubness_neighbors
    near = (_reranked(ranking, row, candidates, count) for row in range(len(ranking.order)))
    return np.array([hubness(each.similarity, count) for each in near])


def _again(
    vectors: SparseVectors,
    ranking: Ranking,
    candidates: Candidates,
    count: int,
    index: "Clusters",
) -> Ranking:
    """The `ranking` as `candidates` say: by their hubness, and with one of each group of copies."""
    from vidrec.recommender.clusters import best

    found, least = [], min(count, candidates.places)
    for row in range(len(vectors.ids)):
        again = _reranked(ranking, row, candidates, count)
        if len(again.order) < least:
            again = best(index, vectors.rows(row, row + 1)[0], candidates, count, row)
        found.append(again)
    return together(found)


def _reranked(ranking: Ranking, row: int, candidates: Candidates, count: int) -> Nearest:
    found = ranking.of(row)
    return nearest(found.similarity, candidates, count, row, found.order).first(count)


def _findings(
    ranking: Ranking,
    judge_one: Judge,
    judged: Iterable[Judged],
    agreed: Sequence[Mapping[str, float]],
    empty: BoolArray,
    candidates: Candidates,
    recall: Mapping[str, float],
) -> Findings:
    told = list(judged)
    rows = [{**one.scores, **two} for one, two in zip(told, agreed, strict=True)]
    return Findings(
        ranking=ranking,
        scores=pd.DataFrame(rows),
        by_place=np.stack([each.by_place for each in told]),
        alone=np.array(judge_one.totals) == 0,
        without_objects=empty,
        hubness=candidates.hubness,
        recall=recall,
    )
